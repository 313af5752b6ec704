import { describe, expect, it } from 'vitest';
import { Budget } from './budget.ts';
import { BUDGET_SAVED_MS } from './policyLimits.ts';

describe('Budget', () => {
  it('owes nothing until what was saved is spent', () => {
    const budget = new Budget(0, 500);
    budget.spend(BUDGET_SAVED_MS);
    expect(budget.debt(0)).toBe(0);
    budget.spend(10);
    expect(budget.debt(0)).toBe(20);
    expect(budget.debt(20)).toBe(0);
  });

  it('saves no more than it may', () => {
    const budget = new Budget(0, 500);
    expect(budget.debt(1e9)).toBe(0);
    budget.spend(BUDGET_SAVED_MS + 1);
    expect(budget.debt(1e9)).toBe(2);
  });

  it('without a limit never owes', () => {
    const budget = new Budget(0, Infinity);
    budget.spend(1e9);
    expect(budget.debt(0)).toBe(0);
  });
});

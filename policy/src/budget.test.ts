import { describe, expect, it } from 'vitest';
import { Budget } from './budget.ts';
import { BUDGET_SAVED_MS, CALL_MS } from './policyLimits.ts';

describe('Budget', () => {
  it('owes nothing until what was saved is spent', () => {
    const budget = new Budget(0, 500);
    budget.spend(BUDGET_SAVED_MS);
    expect(budget.debt(0)).toBe(0);
    budget.spend(10);
    expect(budget.debt(0)).toBe(20);
    expect(budget.debt(20)).toBe(0);
    budget.close();
  });

  it('saves no more than it may', () => {
    const budget = new Budget(0, 500);
    expect(budget.debt(1e9)).toBe(0);
    budget.spend(BUDGET_SAVED_MS + 1);
    expect(budget.debt(1e9)).toBe(2);
    budget.close();
  });

  it('is shared by all that owe, and whole again for one whose fellows have paid', () => {
    const first = new Budget(0, 500);
    const second = new Budget(0, 500);
    for (const budget of [first, second]) budget.spend(BUDGET_SAVED_MS + 10);
    expect(first.debt(0)).toBe(40);
    second.close();
    expect(first.debt(0)).toBe(20);
    first.close();
  });

  it('leaves alone who owes nothing', () => {
    const slow = Array.from({ length: 20 }, () => new Budget(0, 500));
    for (const budget of slow) budget.spend(BUDGET_SAVED_MS + 10);
    const quick = new Budget(0, 500);
    quick.spend(BUDGET_SAVED_MS);
    expect(quick.debt(0)).toBe(0);
    quick.spend(1);
    expect(quick.debt(0)).toBe(42);
    for (const budget of [...slow, quick]) budget.close();
  });

  it('asks double for each entry in a row that took all its time, and forgives after an ordinary one', () => {
    const budget = new Budget(0, 500);
    budget.spend(BUDGET_SAVED_MS - CALL_MS);
    expect(budget.debt(0)).toBe(0);
    budget.spend(CALL_MS);
    expect(budget.debt(0)).toBe(100);
    budget.spend(CALL_MS);
    expect(budget.debt(0)).toBe(500);
    expect(budget.debt(500)).toBe(0);
    budget.spend(0);
    budget.spend(CALL_MS);
    expect(budget.debt(500)).toBe(100);
    budget.close();
  });

  it('without a limit never owes', () => {
    const budget = new Budget(0, Infinity);
    budget.spend(1e9);
    expect(budget.debt(0)).toBe(0);
  });
});

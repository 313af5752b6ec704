import { describe, expect, it } from 'vitest';
import { CALLS } from '../calls.ts';
import { policyTypes } from './apiTypes.ts';

describe('types of the policy API', () => {
  const text = policyTypes();

  it('hold every call, with its sentence, twice: as data and as a function', () => {
    for (const { name, summary } of CALLS) {
      expect(text).toContain(`readonly ${name}: { readonly args:`);
      expect(text).toContain(`${name}?(call: Call<'${name}'>, next: Next<'${name}'>): Result<'${name}'>;`);
      expect(text.split(`* ${summary}`).length).toBeGreaterThanOrEqual(3);
    }
  });

  it('leave no mark unfilled', () => {
    expect(text).not.toMatch(/\/\/[A-Z_]{4,}|GROUP_NAMES|ERRNO_NAMES|undefined;/);
  });
});

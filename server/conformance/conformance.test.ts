/**
 * The standard library's own tests, run inside a guest: what passed still passes, and what is refused by design still is, so that the
 * table stays true. `npm run conformance` runs all of them and says how to change the table.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { conform, forEachModule, QUICK } from './conform.ts';
import { MODULES } from './modules.ts';
import { readTable } from './table.ts';

const table = readTable();

describe('the table', () => {
  it('has every test once, of modules that are run, with a reason for what does not pass', () => {
    const keys = table.map(({ module, test }) => `${module} ${test}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect([...new Set(table.map(({ module }) => module))].sort()).toEqual(
      MODULES.map(({ name }) => name).sort(),
    );
    expect(table.filter(({ status, reason }) => (status === 'pass') !== (reason === ''))).toEqual([]);
  });
});

describe("the standard library's own tests", () => {
  let runs: ReadonlyMap<string, Promise<string[]>>;

  beforeAll(() => {
    runs = forEachModule(QUICK, (module) => conform(table, module, false));
  });

  it.each(QUICK.map(({ name }) => name))(
    '%s: as the table says',
    async (name) => {
      expect(await runs.get(name)).toEqual([]);
    },
    240_000,
  );
});

/** That the load generator works and leaves nothing behind. Its figures are not looked at: this machine is busy. */
import { describe, expect, it } from 'vitest';
import { runScenario, SCENARIOS } from './loadRun.ts';
import { QUICK } from './scenario.ts';

describe('npm run load', () => {
  it.each(Object.entries(SCENARIOS))(
    '%s puts its load on a server and leaves nothing behind',
    async (_name, scenario) => {
      const { figures, leftovers, complaints } = await runScenario(scenario, QUICK);
      expect(leftovers).toEqual({ processes: [], files: [], portOpen: false });
      expect(complaints).toEqual([]);
      const numbers = figures.map(({ value }) => Number.parseFloat(value));
      expect(numbers.filter((number) => !Number.isFinite(number))).toEqual([]);
      // Counts of what has to be there are goals that no busy machine misses.
      for (const { what, goal, met } of figures)
        if (goal.startsWith('=')) expect([what, met]).toEqual([what, true]);
    },
    120_000,
  );
});

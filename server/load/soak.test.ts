/** A soak of seconds: that it works, finds nothing, and that its checks would find something. */
import { describe, expect, it } from 'vitest';
import { soak } from './soakRun.ts';

describe('npm run soak', () => {
  it('leaks nothing and gets nobody stuck in a third of a minute', { timeout: 120_000 }, async () => {
    const lines: string[] = [];
    const { actions, problems, leftovers } = await soak({
      minutes: 0.3,
      seed: 7,
      students: 6,
      report: (line) => lines.push(line),
    });
    expect(problems, lines.join('\n')).toEqual([]);
    expect(leftovers).toEqual({ processes: [], files: [], portOpen: false });
    expect(actions.get('run')).toBeGreaterThan(0);
  });
});

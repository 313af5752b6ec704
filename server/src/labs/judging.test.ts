/** Judging in a thread that can be ended: hostile texts meet careless expressions. */
import { describe, expect, it } from 'vitest';
import type { Check } from '@sandtable/shared/labs/checkSpec';
import { judgeAll } from './judging.ts';
import { SMALL_LAB, smallLab } from './testing/smallLab.ts';

function check(matches: string, id: string): Check {
  const pack = smallLab({
    'lab.yaml': SMALL_LAB['lab.yaml']!.replace('"^EACCES$"', JSON.stringify(matches)),
  });
  return { ...pack.manifest.checks[3]!, id };
}

const hostile = { kind: 'code', files: { 'prediction.txt': `${'a'.repeat(60)}!` } } as const;

describe('judging', () => {
  it('ends with an expression that never would, names it, and judges what stands before and behind', async () => {
    const told: string[] = [];
    const results = await judgeAll(
      {
        folder: '/nowhere',
        checks: [
          { check: check('^a+!$', 'first'), evidence: hostile, tests: [] },
          { check: check('^(a+)+$', 'explodes'), evidence: hostile, tests: [] },
          { check: check('^(a|a)+$', 'explodes-too'), evidence: hostile, tests: [] },
          { check: check('^b', 'last'), evidence: hostile, tests: [] },
        ],
      },
      ({ id }) => told.push(id),
      1,
    );
    expect(results.map(({ id, outcome }) => [id, outcome])).toEqual([
      ['first', 'passed'],
      ['explodes', 'error'],
      ['explodes-too', 'error'],
      ['last', 'failed'],
    ]);
    expect(results[1]!.findings[0]!.text).toContain('regular expressions');
    expect(told).toEqual(['first', 'explodes', 'explodes-too', 'last']);
  });

  it('of nothing is nothing', async () => {
    expect(await judgeAll({ folder: '/nowhere', checks: [] })).toEqual([]);
  });
});

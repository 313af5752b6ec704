import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../events.ts';
import { countedAttempt, gradeOf } from './grade.ts';
import { judge } from './judge.ts';
import type { Check } from './checkSpec.ts';
import { check, evidence, out, row, RUN } from './testing/judgeParts.ts';

describe('laws', () => {
  const anyEvents = fc.array(
    fc.oneof(
      fc
        .record({
          n: fc.nat(),
          path: fc.constantFrom('/tmp/a', '/etc/x', '/tmp/a/b'),
          verdict: fc.constantFrom('allow', 'deny', 'modify', 'fake'),
          rule: fc.nat(2),
        })
        .map(({ n, path, verdict, rule }) => row(n, { args: { path, flags: 1 }, verdict: verdict, rule })),
      fc.string().map((text) => out(text)),
    ),
  );
  const anyExpect = fc.record(
    {
      status: fc.nat(3),
      output: fc.record({ contains: fc.string({ maxLength: 2 }) }),
      never: fc.record({
        call: fc.constantFrom('*', 'write', 'files'),
        path: fc.constantFrom('/tmp/**', '/etc/*'),
        verdict: fc.constantFrom('allow', 'deny'),
      }),
      calls: fc.record({ call: fc.constantFrom('*', 'll_os_open'), count: fc.record({ min: fc.nat(2) }) }),
    },
    { requiredKeys: ['status'] },
  );

  it('judging is a function: the same evidence gives the same result, also when it was written down and read again', () => {
    fc.assert(
      fc.property(anyExpect, anyEvents, (expected, events) => {
        const one = check({ ...RUN, expect: expected });
        const again = JSON.parse(JSON.stringify(one)) as Check;
        const stored = JSON.parse(JSON.stringify(events)) as RunEvent[];
        expect(judge(again, evidence(stored))).toEqual(judge(one, evidence(events)));
      }),
    );
  });

  it('more weight is never fewer points, and never changes whether a check passes', () => {
    fc.assert(
      fc.property(anyExpect, anyEvents, fc.nat(1000), fc.nat(1000), (expected, events, a, b) => {
        const light = judge(
          check({ ...RUN, expect: expected, weight: Math.min(a, b) || 1 }),
          evidence(events),
        );
        const heavy = judge(
          check({ ...RUN, expect: expected, weight: Math.max(a, b) || 1 }),
          evidence(events),
        );
        expect(heavy.passed).toBe(light.passed);
        expect(heavy.points).toBeGreaterThanOrEqual(light.points);
      }),
    );
  });

  it('an expectation more is never a check more that passes', () => {
    fc.assert(
      fc.property(anyExpect, anyEvents, (expected, events) => {
        const all = judge(check({ ...RUN, expect: expected }), evidence(events)).passed;
        for (const key of Object.keys(expected)) {
          const fewer = Object.fromEntries(Object.entries(expected).filter(([name]) => name !== key));
          if (Object.keys(fewer).length > 0 && all)
            expect(judge(check({ ...RUN, expect: fewer }), evidence(events)).passed).toBe(true);
        }
      }),
    );
  });

  const anyResults = fc.array(
    fc
      .record({ max: fc.nat(100), share: fc.constantFrom(0, 0.25, 1) })
      .map(({ max, share }) => ({ max, points: max * share })),
    { maxLength: 12 },
  );

  it('a grade lies between nothing and everything, hints only take, and only all points are 100', () => {
    fc.assert(
      fc.property(anyResults, fc.array(fc.nat(60)), (results, hints) => {
        const grade = gradeOf(results, hints);
        expect(grade.points).toBeGreaterThanOrEqual(0);
        expect(grade.points).toBeLessThanOrEqual(grade.max);
        expect(grade.points).toBeLessThanOrEqual(gradeOf(results).points);
        expect(grade.percent === 100).toBe(grade.max > 0 && grade.points === grade.max);
      }),
    );
  });

  it('the best attempt is never worse than the last', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ points: fc.nat(10) })), (attempts) => {
        expect(countedAttempt(attempts, 'best')?.points ?? 0).toBeGreaterThanOrEqual(
          countedAttempt(attempts, 'last')?.points ?? 0,
        );
      }),
    );
    expect(countedAttempt([], 'best')).toBeNull();
    const first = { points: 3 };
    expect(countedAttempt([first, { points: 3 }], 'best')).toBe(first);
  });
});

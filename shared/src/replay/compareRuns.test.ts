import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallEvent, StartEvent } from '../events.ts';
import { engineOf, layer, request, rule } from '../policy/testing/engineParts.ts';
import { align } from './align.ts';
import { compareRuns, foremost, isDifferent } from './compareRuns.ts';
import type { RecordedRun } from './recordedRun.ts';
import { recordRun, runOf } from './testing/recordRun.ts';

const engine = () => engineOf({ student: layer([rule('allow', '*')]) });
const run = (...paths: string[]): Promise<RecordedRun> =>
  recordRun(
    engine(),
    paths.map((path) => request('ll_os_stat', path)),
  );

describe('align', () => {
  const list = fc.array(fc.nat(6), { maxLength: 40 });

  it('pairs equal tokens, in order, and finds some wherever there are any', () => {
    fc.assert(
      fc.property(list, list, (a, b) => {
        const { pairs, coarse } = align(a, b);
        expect(coarse).toBe(false);
        for (const [k, [x, y]] of pairs.entries()) {
          expect(a[x]).toBe(b[y]);
          if (k > 0) expect(x > pairs[k - 1]![0] && y > pairs[k - 1]![1]).toBe(true);
        }
        expect(pairs.length > 0).toBe(a.some((token) => b.includes(token)));
      }),
    );
  });

  it('pairs everything of a list with itself, and what was put in between costs nothing', () => {
    fc.assert(
      fc.property(list, fc.nat(40), fc.constantFrom(7, 8), (a, at, token) => {
        expect(align(a, a).pairs).toHaveLength(a.length);
        expect(align(a, [...a.slice(0, at), token, ...a.slice(at)]).pairs).toHaveLength(a.length);
      }),
    );
  });

  it('gives up on what is far apart, quickly', () => {
    const a = Array.from({ length: 60_000 }, (_, k) => k % 3);
    const b = Array.from({ length: 60_000 }, (_, k) => 5 + (k % 3));
    const began = performance.now();
    expect(align(a, b)).toEqual({ pairs: [], coarse: true });
    expect(performance.now() - began).toBeLessThan(3000);
  });
});

describe('two runs', () => {
  it('are the same where nothing but clocks and numbers differ', async () => {
    const a = await run('/tmp/a', '/tmp/b');
    const b = runOf(
      engine(),
      a.rows.map((row): CallEvent => ({ ...row, t: row.t + 99, us: 5 })),
    );
    const result = compareRuns(a, b);
    expect([isDifferent(result), result.same]).toEqual([false, 2]);
  });

  it('show the calls that only one made, in their place', async () => {
    const result = compareRuns(
      await run('/tmp/a', '/tmp/b', '/tmp/c'),
      await run('/tmp/a', '/tmp/x', '/tmp/c'),
    );
    expect(result).toMatchObject({ same: 2, onlyA: 1, onlyB: 1, differing: 0 });
    expect(
      result.steps.map((step) => (step.kind === 'only-a' ? step.a : 'b' in step ? step.b : null)?.n),
    ).toEqual([1, 1]);
    expect(isDifferent(result)).toBe(true);
  });

  it('show what went differently, and in what', async () => {
    const a = await run('/tmp/a');
    const strict = engineOf({ student: layer([rule('deny', '*')]) });
    const b = await recordRun(strict, [request('ll_os_stat', '/tmp/a')]);
    const [step] = compareRuns(a, b).steps;
    expect(step).toMatchObject({ kind: 'differs', in: ['verdict', 'error', 'rule'], is: { kind: 'deny' } });
  });

  it('are not told apart by what reading the script itself gave, but by how that was judged', async () => {
    const start = { argv: ['/bin/pypy3', '/tmp/a'] } as unknown as StartEvent;
    const reading = async (value: string, effect: 'allow' | 'deny'): Promise<RecordedRun> => ({
      ...(await recordRun(
        engineOf({ student: layer([rule(effect, '*')]) }),
        ['/tmp/a', '/tmp/b'].map((path) => request('ll_os_read', path)),
        () => ({ ok: true, value }),
      )),
      start,
    });
    const once = await reading('x', 'allow');
    expect(compareRuns(once, await reading('y', 'allow')).steps).toMatchObject([
      { in: ['answer'], a: { args: { path: '/tmp/b' } } },
    ]);
    expect(compareRuns(once, await reading('y', 'deny')).byDifference.verdict).toBe(2);
  });

  it('show other verdicts before all else where not all can be shown, in their order', async () => {
    const a = await run('/tmp/a', '/tmp/b', '/tmp/c', '/tmp/kept');
    const strict = engineOf({ student: layer([rule('deny', '*')]) });
    const b = await recordRun(strict, [request('ll_os_stat', '/tmp/kept')]);
    const { steps } = compareRuns(a, b);
    expect(steps.map(({ kind }) => kind)).toEqual(['only-a', 'only-a', 'only-a', 'differs']);
    expect(foremost(steps, 2)).toEqual([steps[0], steps[3]]);
    expect(foremost(steps, 4)).toBe(steps);
  });

  it('tell what was written and what was read apart', async () => {
    const write = (data: string) => request('ll_os_write', '/tmp/a', 'write', { fd: 3, data });
    const a = await recordRun(engine(), [write('one')]);
    const b = await recordRun(engine(), [write('two')]);
    expect(compareRuns(a, b).steps).toMatchObject([{ in: ['args'] }]);
    const other = await recordRun(engine(), [request('ll_os_read', '/tmp/a')], () => ({
      ok: true,
      value: 'x',
    }));
    expect(
      compareRuns(await recordRun(engine(), [request('ll_os_read', '/tmp/a')]), other).steps,
    ).toMatchObject([{ in: ['answer'] }]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallRequest, PolicyEngine } from '../policy/model.ts';
import { engineOf, host, layer, request, rule } from '../policy/testing/engineParts.ts';
import type { MiddlewareResult } from '../policy/middlewareHost.ts';
import { anyOtherwise, anyRule, anyRules } from '../policy/testing/anyRules.ts';
import { anyRequest } from './testing/anyRequest.ts';
import { recordRun, rowOf, runOf } from './testing/recordRun.ts';
import { replay, type ReplayResult } from './replay.ts';

const open = (path: string): CallRequest => request('ll_os_open', path, 'read', { path, flags: 0, mode: 0 });

async function judged(run: Parameters<typeof replay>[0], engine: PolicyEngine): Promise<ReplayResult> {
  const result = await replay(run, engine);
  if (result === null) throw new Error('the replay gave up');
  return result;
}

describe('replay', () => {
  it('marks what changed, the holes first, and calls everything behind the first a guess', async () => {
    const before = engineOf({
      student: layer([rule('deny', 'll_os_open', '/tmp/a'), rule('allow', '*')]),
    });
    const run = await recordRun(before, [open('/tmp/b'), open('/tmp/a'), open('/tmp/c')]);
    const after = engineOf({
      student: layer([rule('deny', 'll_os_open', '/tmp/{b,c}'), rule('allow', '*')]),
    });
    const result = await judged(run, after);
    expect(result).toMatchObject({
      calls: 3,
      same: 0,
      guessAfter: 0,
      byKinds: { 'allow>deny': 2, 'deny>allow': 1 },
    });
    expect(result.changes.map(({ row, guess, after: { kind } }) => [row.n, kind, guess])).toEqual([
      [1, 'allow', true],
      [0, 'deny', false],
      [2, 'deny', true],
    ]);
  });

  it('tells another errno and another place apart from another verdict', async () => {
    const run = await recordRun(
      engineOf({ student: layer([rule('deny', 'll_os_open'), rule('allow', 'll_os_stat')]) }),
      [open('/tmp/a'), request('ll_os_stat', '/tmp/a')],
    );
    const result = await judged(
      run,
      engineOf({
        student: layer([
          rule('deny', 'll_os_open', undefined, { denial: { errno: 'EPERM' } }),
          rule('allow', 'read'),
        ]),
      }),
    );
    expect(result.changes.map(({ change }) => change)).toEqual(['errno', 'place']);
    expect(result.guessAfter).toBe(0);
  });

  it('keeps going straight on where only the place changed', async () => {
    const run = await recordRun(engineOf({ student: layer([rule('allow', 'll_os_open')]) }), [
      open('/tmp/a'),
    ]);
    const result = await judged(run, engineOf({ student: layer([rule('allow', 'read')]) }));
    expect(result).toMatchObject({ byChange: { place: 1 }, guessAfter: null });
  });

  it('leaves the start of the interpreter to the platform', async () => {
    const engine = engineOf({ student: layer([]) });
    const boot = engine.rules.find(({ code }) => code === 'boot')!;
    const row = rowOf(0, open('/bin/lib/os.py'), {
      verdict: { kind: 'allow', rule: boot.id },
      seen: { ok: true, value: 3 },
    });
    expect(await judged(runOf(engine, [row]), engineOf({ student: layer([]) }))).toMatchObject({
      boot: 1,
      changes: [],
    });
  });

  it('does not judge what the row does not hold, and says why', async () => {
    const plain = engineOf({ student: layer([rule('allow', '*')]) });
    const write = request('ll_os_write', '/tmp/a', 'write', {
      fd: 3,
      data: 'x'.repeat(512),
      dataLength: 9000,
    });
    const run = await recordRun(plain, [write, { ...open('/tmp/a'), path: `/tmp/${'a'.repeat(507)}` }]);
    const looks = engineOf({
      student: layer([rule('allow', '*')], {
        middleware: host({
          ll_os_write: (_, next): MiddlewareResult => (next(null, false), { kind: 'pass' }),
        }),
      }),
    });
    const result = await judged(run, looks);
    expect(result.doubts.map(({ doubt }) => doubt)).toEqual(['args-cut', 'path-cut']);
    expect(await judged(run, engineOf({ student: layer([rule('allow', '*')]) }))).toMatchObject({
      doubtful: 1,
    });
  });

  it('answers next() from the record, and admits that a denied call has no answer', async () => {
    const seen: unknown[] = [];
    const asks = (): PolicyEngine =>
      engineOf({
        student: layer([rule('allow', '*')], {
          middleware: host({
            ll_os_open: (_, next): MiddlewareResult => {
              seen.push(next(null, false));
              return { kind: 'pass' };
            },
          }),
        }),
      });
    const run = await recordRun(
      engineOf({ student: layer([rule('deny', '*', '/tmp/secret'), rule('allow', '*')]) }),
      [open('/tmp/a'), open('/tmp/missing'), open('/tmp/secret')],
    );
    const result = await judged(run, asks());
    expect(seen.slice(0, 2)).toEqual([
      { ok: true, value: 'text of /tmp/a' },
      { ok: false, errno: 'ENOENT' },
    ]);
    expect(result.doubts).toMatchObject([{ doubt: 'no-answer', row: { n: 2 } }]);
  });

  it('does not guess where a name leads that only a function made up', async () => {
    const elsewhere = engineOf({
      student: layer([rule('allow', '*')], {
        middleware: host({
          ll_os_open: (asked, next): MiddlewareResult => (
            next({ ...asked.args, path: '/tmp/link' }, false),
            { kind: 'pass' }
          ),
        }),
      }),
    });
    const run = await recordRun(engineOf({ student: layer([rule('allow', '*')]) }), [open('/tmp/a')]);
    expect((await judged(run, elsewhere)).doubts).toMatchObject([{ doubt: 'other-place' }]);
  });

  it('compares two policies on one trace', async () => {
    const all = (): PolicyEngine => engineOf({ student: layer([rule('allow', '*')]) });
    const none = engineOf({ student: layer([]) });
    const run = await recordRun(all(), [open('/tmp/a')]);
    const result = await replay(run, all(), { against: none });
    expect(result).toMatchObject({ byKinds: { 'deny>allow': 1 } });
  });

  it('ends when nobody wants to know any more', async () => {
    const engine = engineOf({ student: layer([rule('allow', '*')]) });
    const run = await recordRun(
      engine,
      Array.from({ length: 5000 }, () => open('/tmp/a')),
    );
    expect(await replay(run, engineOf({ student: layer([]) }), { isOver: () => true })).toBeNull();
  });
});

describe('laws', () => {
  it('under the policy that it ran with a run has the verdicts that it had', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyRules,
        anyOtherwise,
        fc.array(anyRequest, { maxLength: 20 }),
        async (rules, otherwise, requests) => {
          const engine = (): PolicyEngine => engineOf({ student: layer(rules, { otherwise }) });
          const result = await judged(await recordRun(engine(), requests), engine());
          expect(result).toMatchObject({ changes: [], doubts: [], guessAfter: null });
        },
      ),
    );
  });

  it('the same with functions that refuse, answer, rewrite or count: what is judged is judged alike', async () => {
    const acts = fc.constantFrom('pass', 'deny', 'answer', 'rewrite', 'change', 'count');
    await fc.assert(
      fc.asyncProperty(
        acts,
        anyRules,
        fc.array(anyRequest, { maxLength: 12 }),
        async (act, rules, requests) => {
          const engine = (): PolicyEngine => {
            let count = 0;
            const made = engineOf({
              student: layer(rules, {
                otherwise: { effect: 'allow' },
                middleware: host({
                  '*': (asked, next): MiddlewareResult => {
                    count += 1;
                    if (act === 'deny') return { kind: 'deny', denial: { errno: 'EPERM' } };
                    if (act === 'answer') return { kind: 'answer', outcome: { ok: true, value: count } };
                    if (act === 'count' && count > 3)
                      return { kind: 'deny', denial: { raise: 'RuntimeError' } };
                    void next(
                      act === 'rewrite' && asked.newpath === undefined && 'path' in asked.args
                        ? { ...asked.args, path: '/tmp/a' }
                        : null,
                      false,
                    );
                    return act === 'change'
                      ? { kind: 'answer', outcome: { ok: true, value: 'changed' } }
                      : { kind: 'pass' };
                  },
                }),
              }),
            });
            return made;
          };
          const result = await judged(await recordRun(engine(), requests), engine());
          expect(result.changes).toEqual([]);
        },
      ),
    );
  });

  it('one deny more opens nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyRules,
        anyOtherwise,
        anyRule,
        fc.nat(8),
        fc.array(anyRequest, { maxLength: 20 }),
        async (rules, otherwise, extra, at, requests) => {
          const run = await recordRun(engineOf({ student: layer(rules, { otherwise }) }), requests);
          const more = [...rules.slice(0, at), { ...extra, effect: 'deny' as const }, ...rules.slice(at)];
          const result = await judged(run, engineOf({ student: layer(more, { otherwise }) }));
          const opened = result.changes.filter(
            ({ before, after }) => before.kind !== 'allow' && after.kind === 'allow',
          );
          expect(opened).toEqual([]);
        },
      ),
    );
  });
});

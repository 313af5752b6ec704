import { describe, expect, it, vi } from 'vitest';
import type { MiddlewareHost } from './middlewareHost.ts';
import type { CallRequest, Outcome, PolicyEngine } from './model.ts';
import { DONE, engineOf, host, layer, now, request, rule } from './testing/engineParts.ts';

describe('middleware', () => {
  const open = layer([rule('deny', '*', '/secret/**'), rule('allow', '*')]);

  it('passes on, and the verdict stays that of the rule', () => {
    const engine = engineOf({
      student: {
        ...open,
        middleware: host({
          ll_os_stat: (_r, next) => {
            void next(null, false);
            return { kind: 'pass' };
          },
        }),
      },
    });
    const decision = now(engine.decide(request('ll_os_stat', '/x'), () => DONE));
    expect(decision).toEqual({
      verdict: { kind: 'allow', rule: engine.judge(request('ll_os_stat', '/x')).rule },
      seen: DONE,
    });
    expect(decision.seen).toBe(DONE);
  });

  it('denies, with its own place in the list of rules', () => {
    const engine = engineOf({
      student: {
        ...open,
        middleware: host({
          ll_os_stat: () => ({
            kind: 'deny',
            denial: { errno: 'EPERM' },
            why: 'no',
            at: { line: 9, column: 3 },
          }),
        }),
      },
    });
    const onRule = vi.fn();
    engine.onRule = onRule;
    const perform = vi.fn(() => DONE);
    const decision = now(engine.decide(request('ll_os_stat', '/x'), perform));
    expect(decision).toMatchObject({
      verdict: { kind: 'deny', reason: 'no' },
      seen: { ok: false, errno: 'EPERM' },
    });
    expect(engine.rules[decision.verdict.rule]).toMatchObject({
      code: 'middleware',
      label: 'middleware ll_os_stat',
      at: { line: 9, column: 3 },
    });
    now(engine.decide(request('ll_os_stat', '/y'), perform));
    expect(onRule).toHaveBeenCalledTimes(1);
    expect(perform).not.toHaveBeenCalled();
  });

  it('changes the request, which is judged as changed', () => {
    const rewrite = (path: string): PolicyEngine =>
      engineOf({
        student: {
          ...open,
          middleware: host({
            ll_os_stat: (_r, next) => {
              void next({ path }, false);
              return { kind: 'pass' };
            },
          }),
        },
      });
    const performed: CallRequest[] = [];
    const perform = (asked: CallRequest): Outcome => {
      performed.push(asked);
      return DONE;
    };
    expect(now(rewrite('/y').decide(request('ll_os_stat', '/x'), perform))).toMatchObject({
      verdict: { kind: 'modify' },
      performed: { path: '/y' },
      seen: DONE,
    });
    expect(now(rewrite('/secret/k').decide(request('ll_os_stat', '/x'), perform))).toMatchObject({
      verdict: { kind: 'deny' },
      performed: { path: '/secret/k' },
      seen: { ok: false },
    });
    expect(performed.map(({ path }) => path)).toEqual(['/y']);
  });

  it('denies a changed request that cannot be resolved', () => {
    const engine = engineOf({
      student: {
        ...open,
        middleware: host({
          ll_os_stat: (_r, next) => {
            void next({ path: '/y' }, false);
            return { kind: 'pass' };
          },
        }),
      },
    });
    engine.resolve = null;
    const perform = vi.fn(() => DONE);
    expect(now(engine.decide(request('ll_os_stat', '/x'), perform)).verdict.kind).toBe('deny');
    expect(perform).not.toHaveBeenCalled();
  });

  it('judges where a name leads after the function waited, not where it led before', async () => {
    const engine = engineOf({
      student: {
        ...open,
        middleware: host({
          ll_os_stat: async (_r, next) => {
            await Promise.resolve();
            await next(null, true);
            return { kind: 'pass' };
          },
        }),
      },
    });
    const asked = request('ll_os_stat', '/x', 'read', { path: 'link' });
    engine.resolve = (call, args) => ({ call, args, path: '/secret/moved', access: 'read' });
    const perform = vi.fn(() => DONE);
    expect((await engine.decide(asked, perform)).verdict.kind).toBe('deny');
    expect(perform).not.toHaveBeenCalled();
  });

  it('says which request was changed or kept waiting, and hands on what the controller knows of it', async () => {
    const engine = engineOf({
      student: layer([rule('allow', '*')], {
        middleware: host({
          ll_os_read: async (_asked, next) => {
            await next({ fd: 4 }, true);
            return { kind: 'pass' };
          },
        }),
      }),
    });
    const asked = { ...request('ll_os_read', '/a', 'read', { fd: 3 }), own: 'mark' };
    engine.resolve = (call, args, before) => {
      expect(before).toBe(asked);
      return { ...before, call, args };
    };
    const perform = vi.fn<(performed: CallRequest) => Outcome>(() => DONE);
    await engine.decide(asked, perform);
    expect(perform).toHaveBeenCalledWith({ ...asked, args: { fd: 4 } });
  });

  it('keeps the very arguments of the guest where it changed none', async () => {
    const engine = engineOf({
      student: {
        ...open,
        middleware: host({
          ll_os_write: async (_r, next) => {
            await next(null, true);
            return { kind: 'pass' };
          },
        }),
      },
    });
    const asked = request('ll_os_write', '/x', 'write', { fd: 3, data: 'x' });
    let got: CallRequest | null = null;
    await engine.decide(asked, (performed) => {
      got = performed;
      return DONE;
    });
    expect(got!.args).toBe(asked.args);
  });

  it('changes the answer, and the trace keeps both', () => {
    const engine = engineOf({
      student: {
        ...open,
        middleware: host({
          ll_os_stat: (_r, next) => {
            void next(null, false);
            return { kind: 'answer', outcome: { ok: true, value: 8 } };
          },
        }),
      },
    });
    expect(now(engine.decide(request('ll_os_stat', '/x'), () => DONE))).toMatchObject({
      verdict: { kind: 'modify' },
      answered: DONE,
      seen: { ok: true, value: 8 },
    });
  });

  it('counts the same answer in other words as no change', () => {
    const exact = { ok: true, value: { size: 3, names: ['a'] } } as const;
    const engine = engineOf({
      student: {
        ...open,
        middleware: host({
          ll_os_stat: (_r, next) => {
            void next(null, false);
            return { kind: 'answer', outcome: structuredClone(exact) };
          },
        }),
      },
    });
    const decision = now(engine.decide(request('ll_os_stat', '/x'), () => exact));
    expect(decision.verdict.kind).toBe('allow');
    expect(decision.seen).toBe(exact);
  });

  it('fakes an answer where nothing was performed, also in place of a denial', () => {
    const fakes = host({
      ll_os_stat: () => ({ kind: 'answer', outcome: { ok: true, value: 1 } }),
      ll_os_lstat: (_r, next) => {
        void next(null, false);
        return { kind: 'answer', outcome: { ok: true, value: 1 } };
      },
    });
    const engine = engineOf({ student: { ...open, middleware: fakes } });
    expect(now(engine.decide(request('ll_os_stat', '/x'), () => DONE)).verdict.kind).toBe('fake');
    expect(now(engine.decide(request('ll_os_lstat', '/secret/x'), () => DONE))).toMatchObject({
      verdict: { kind: 'fake' },
      answered: { ok: false, errno: 'EACCES' },
    });
  });

  it('denies when it fails, says how, and tells whether the call was performed before', () => {
    const engine = engineOf({
      student: {
        ...open,
        middleware: host({
          ll_os_stat: () => ({
            kind: 'failed',
            code: 'policy-threw',
            message: 'oops',
            at: { line: 2, column: 2 },
          }),
          ll_os_lstat: (_r, next) => {
            void next(null, false);
            return { kind: 'failed', code: 'policy-timeout', message: 'late' };
          },
          ll_os_access: () => ({ kind: 'pass' }),
        }),
      },
    });
    const threw = now(engine.decide(request('ll_os_stat', '/x'), () => DONE));
    expect(engine.rules[threw.verdict.rule]).toMatchObject({ code: 'policy-threw', at: { line: 2 } });
    expect(threw.answered).toBeUndefined();
    const late = now(engine.decide(request('ll_os_lstat', '/x'), () => DONE));
    expect(late).toMatchObject({
      verdict: { kind: 'deny', reason: 'late' },
      answered: DONE,
      seen: { ok: false, errno: 'EACCES' },
    });
    const without = now(engine.decide(request('ll_os_access', '/x'), () => DONE));
    expect(engine.rules[without.verdict.rule]!.code).toBe('policy-nonsense');
  });

  it('of the lab stands outside that of the student', () => {
    const order: string[] = [];
    const wrap = (name: string): MiddlewareHost =>
      host({
        ll_os_stat: (_r, next) => {
          order.push(`${name} asks`);
          void next(null, false);
          order.push(`${name} answers`);
          return { kind: 'pass' };
        },
      });
    const engine = engineOf({
      student: { ...open, middleware: wrap('student') },
      lab: { ...open, layer: 'lab', middleware: wrap('lab') },
    });
    now(
      engine.decide(request('ll_os_stat', '/x'), () => {
        order.push('performed');
        return DONE;
      }),
    );
    expect(order).toEqual(['lab asks', 'student asks', 'performed', 'student answers', 'lab answers']);
  });

  it('of the lab sees what the student made of the answer, and what is performed has passed the rules of both', () => {
    const engine = engineOf({
      student: {
        ...open,
        middleware: host({
          ll_os_stat: (_r, next) => {
            void next({ path: '/lab/x' }, false);
            return { kind: 'answer', outcome: { ok: true, value: 'student' } };
          },
        }),
      },
      lab: layer([rule('deny', '*', '/lab/**'), rule('allow', '*')], {
        layer: 'lab',
        middleware: host({
          ll_os_stat: (_r, next) => {
            const seen = next(null, false) as Outcome;
            return {
              kind: 'answer',
              outcome: { ok: true, value: seen.ok ? ['lab saw', seen.value] : 'denied' },
            };
          },
        }),
      }),
    });
    const perform = vi.fn(() => DONE);
    const decision = now(engine.decide(request('ll_os_stat', '/x'), perform));
    expect(decision).toMatchObject({
      verdict: { kind: 'fake' },
      seen: { ok: true, value: ['lab saw', 'student'] },
    });
    expect(perform).not.toHaveBeenCalled();
  });

  it('makes every function deny when a policy may raise, and names them for the interpreter', () => {
    expect(
      engineOf({ student: { ...open, middleware: host({ ll_os_stat: () => ({ kind: 'pass' }) }) } }).raising,
    ).toContain('ll_os_stat');
    expect(
      engineOf({ student: { ...open, middleware: host({ '*': () => ({ kind: 'pass' }) }) } }).raising,
    ).toBe('*');
  });
});

declare function structuredClone<T>(value: T): T;

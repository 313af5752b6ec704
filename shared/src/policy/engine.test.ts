import { describe, expect, it, vi } from 'vitest';
import { CALLS, type CallName } from '../calls.ts';
import { ceilingDenial } from './ceiling.ts';
import { createEngine } from './engine.ts';
import type { MiddlewareHost, MiddlewareResult } from './middlewareHost.ts';
import type { CallRequest, Outcome, PolicyEngine } from './model.ts';
import type { RuleSpec } from './ruleSpec.ts';

import { DONE, engineOf, host, layer, now, request, rule, WORLD } from './testing/engineParts.ts';

describe('rules', () => {
  it('let the first that matches decide', () => {
    const engine = engineOf({
      student: layer([
        rule('deny', 'files', '/tmp/secret/**', { why: 'secret' }),
        rule('allow', 'read', '/tmp/**'),
        rule('deny', '*'),
      ]),
    });
    const perform = vi.fn(() => DONE);
    expect(now(engine.decide(request('ll_os_stat', '/tmp/a'), perform)).seen).toBe(DONE);
    expect(now(engine.decide(request('ll_os_stat', '/tmp/secret'), perform))).toMatchObject({
      verdict: { kind: 'deny', reason: 'secret' },
      seen: { ok: false, errno: 'EACCES' },
    });
    expect(now(engine.decide(request('ll_os_stat', '/etc'), perform)).verdict.kind).toBe('deny');
    expect(perform).toHaveBeenCalledTimes(1);
  });

  it('select by call, group, access and mode', () => {
    const engine = engineOf({
      student: layer([
        rule('deny', 'write', '/a/**'),
        rule('deny', 'll_os_lstat'),
        rule('allow', 'io', undefined, { mode: 'none' }),
        rule('allow', 'files'),
      ]),
    });
    expect(engine.judge(request('ll_os_open', '/a/x', 'write')).kind).toBe('deny');
    expect(engine.judge(request('ll_os_open', '/a/x', 'read')).kind).toBe('allow');
    expect(engine.judge(request('ll_os_lstat', '/b')).kind).toBe('deny');
    expect(engine.judge(request('ll_os_close', '/b', 'none')).kind).toBe('allow');
    expect(engine.judge(request('ll_os_read', '/b', 'read')).kind).toBe('deny');
  });

  it('do not match a call without a path where they name one', () => {
    const engine = engineOf({ student: layer([rule('deny', '*', '**'), rule('allow', '*')]) });
    expect(engine.judge(request('ll_os_getpid', undefined, 'none')).kind).toBe('allow');
    expect(engine.judge(request('ll_os_stat', '/x')).kind).toBe('deny');
  });

  it('fake an answer without performing, even of what the platform would refuse', () => {
    const engine = engineOf({ student: layer([rule('fake', 'll_os_system', undefined, { value: 0 })]) });
    const perform = vi.fn(() => DONE);
    expect(now(engine.decide(request('ll_os_system', undefined, 'write'), perform))).toMatchObject({
      verdict: { kind: 'fake' },
      seen: { ok: true, value: 0 },
    });
    expect(perform).not.toHaveBeenCalled();
  });

  it('judge both names of a rename, whichever comes first', () => {
    const engine = engineOf({
      student: layer([rule('deny', '*', '/safe/**', { denial: { errno: 'EPERM' } }), rule('allow', '*')]),
    });
    const move = (path: string, newpath: string): CallRequest => ({
      call: 'll_os_rename',
      args: { path, newpath },
      path,
      newpath,
      access: 'write',
    });
    expect(engine.judge(move('/a', '/b')).kind).toBe('allow');
    expect(engine.judge(move('/safe/a', '/b')).kind).toBe('deny');
    expect(engine.judge(move('/a', '/safe/b')).kind).toBe('deny');
  });

  it('judge a rename and a link as reading what gets the new name', () => {
    const engine = engineOf({
      student: layer([
        rule('deny', 'read', '/safe/**', { denial: { raise: 'RuntimeError' } }),
        rule('allow', '*'),
      ]),
    });
    const name = (call: CallName, path: string, newpath: string): CallRequest => ({
      call,
      args: { path, newpath },
      path,
      newpath,
      access: 'write',
    });
    for (const call of ['ll_os_rename', 'll_os_link'] as const) {
      expect(engine.judge(name(call, '/safe/a', '/b')).kind).toBe('deny');
      expect(engine.judge(name(call, '/a', '/safe/b')).kind).toBe('allow');
      expect(engine.raising).toContain(call);
    }
    const writer = engineOf({
      student: layer([rule('allow', 'write', '/**'), rule('allow', 'read', '/open/**')]),
    });
    expect(writer.judge(name('ll_os_rename', '/closed/a', '/open/a')).kind).toBe('deny');
    expect(writer.judge(name('ll_os_rename', '/open/a', '/closed/a')).kind).toBe('allow');
  });

  it('say how a denial looks', () => {
    const engine = engineOf({
      student: layer([rule('deny', 'll_os_stat', undefined, { denial: { errno: 'ENOENT' } })], {
        otherwise: { effect: 'deny', denial: { raise: 'RuntimeError' }, why: 'no handler' },
      }),
    });
    expect(now(engine.decide(request('ll_os_stat', '/x'), () => DONE)).seen).toEqual({
      ok: false,
      errno: 'ENOENT',
    });
    expect(now(engine.decide(request('ll_os_lstat', '/x'), () => DONE))).toMatchObject({
      verdict: { reason: 'no handler' },
      seen: { ok: false, raise: 'RuntimeError' },
    });
    expect(engine.raising).toContain('ll_os_lstat');
    expect(engine.raising).not.toContain('ll_os_stat');
    expect(engine.raising).toContain('ll_os_fork');
  });

  it('are numbered by their index in the list of rules', () => {
    const engine = engineOf({
      student: layer([rule('allow', 'read', undefined, { at: { line: 3, column: 5 } })]),
    });
    engine.rules.forEach(({ id }, index) => {
      expect(id).toBe(index);
    });
    const { rule: id } = engine.judge(request('ll_os_stat', '/x'));
    expect(engine.rules[id]).toMatchObject({ code: 'rule', layer: 'student', at: { line: 3, column: 5 } });
  });

  it('are refused with the index of the one that is wrong', () => {
    const created = createEngine({
      world: WORLD,
      student: layer([rule('allow', '*'), rule('deny', '*', 'relative')]),
    });
    expect(created).toMatchObject({
      ok: false,
      errors: [{ code: 'not-absolute', rule: 1, layer: 'student' }],
    });
  });
});

describe('phases', () => {
  const engine = (): PolicyEngine => {
    const made = createEngine({ world: WORLD, student: layer([]) });
    if (!made.ok) throw new Error('cannot be');
    return made.engine;
  };

  it('let the interpreter start under a policy that denies everything', () => {
    const boot = engine();
    for (const asked of [
      request('ll_os_open', '/bin/lib/os.py'),
      request('ll_os_stat', '/tmp'),
      request('ll_os_isatty', '<stdin>', 'none'),
      request('ll_os_urandom', undefined, 'none'),
    ]) {
      expect(boot.rules[boot.judge(asked).rule]!.code).toBe('boot');
    }
  });

  it('let the start find out by itself that nothing can be kept beside the library', () => {
    const boot = engine();
    const code = (asked: CallRequest): string => boot.rules[boot.judge(asked).rule]!.code;
    expect(code(request('ll_os_open', '/bin/lib/__pycache__/a.pyc.1', 'write'))).toBe('boot');
    expect(code(request('ll_os_mkdir', '/bin/lib/__pycache__', 'write'))).toBe('boot');
    for (const path of ['/tmp/__pycache__/a.pyc', '/bin/__pycache__/a/b'])
      expect(boot.judge(request('ll_os_open', path, 'write')).kind).toBe('deny');
    boot.beginGuest();
    expect(boot.judge(request('ll_os_open', '/bin/lib/__pycache__/a.pyc.1', 'write')).kind).toBe('deny');
  });

  it('grant the start nothing that acts', () => {
    const boot = engine();
    for (const asked of [
      request('ll_os_open', '/tmp/x'),
      request('ll_os_open', '/bin/x', 'write'),
      request('ll_os_unlink', '/tmp/x', 'write'),
      request('ll_os_read', '<stdin>'),
      request('ll_os_fork', undefined, 'write'),
      request('ll_dlopen', '/bin/x', 'write'),
    ]) {
      expect(boot.judge(asked).kind).toBe('deny');
    }
  });

  it('end the start with beginGuest, and keep the library readable', () => {
    const begun = engine();
    begun.beginGuest();
    expect(begun.judge(request('ll_os_stat', '/tmp')).kind).toBe('deny');
    expect(begun.rules[begun.judge(request('ll_os_open', '/bin/lib/os.py')).rule]!.code).toBe('runtime');
    expect(begun.judge(request('ll_os_open', '/binary')).kind).toBe('deny');
    expect(begun.judge(request('ll_os_open', '/bin/lib/os.py', 'write')).kind).toBe('deny');
  });

  it('leave the library to a policy that asks for it', () => {
    const strict = engineOf({ student: layer([], { runtime: 'rules' }) });
    expect(strict.judge(request('ll_os_open', '/bin/lib/os.py')).kind).toBe('deny');
  });

  it('never ask a function about the start, the library, or the end of the program', () => {
    const run = vi.fn((): MiddlewareResult => ({ kind: 'deny', denial: { errno: 'EPERM' } }));
    const engineWithFunctions = engineOf({ student: layer([], { middleware: host({ '*': run }) }) });
    now(engineWithFunctions.decide(request('ll_os_open', '/bin/lib/os.py'), () => DONE));
    expect(
      now(engineWithFunctions.decide(request('ll_os__exit', undefined, 'none'), () => DONE)).verdict.kind,
    ).toBe('allow');
    expect(run).not.toHaveBeenCalled();
  });
});

describe('layers', () => {
  it('ask the student first and the lab after', () => {
    const engine = engineOf({
      student: layer([rule('deny', 'll_os_stat', '/s')], { otherwise: { effect: 'allow' } }),
      lab: layer([rule('deny', 'll_os_stat', '/l', { denial: { errno: 'EPERM' } })], {
        layer: 'lab',
        otherwise: { effect: 'allow' },
      }),
    });
    const who = (path: string): string => engine.rules[engine.judge(request('ll_os_stat', path)).rule]!.layer;
    expect(who('/s')).toBe('student');
    expect(who('/l')).toBe('lab');
    expect(engine.judge(request('ll_os_stat', '/x')).kind).toBe('allow');
  });

  it('cannot lift the ceiling', () => {
    const all = layer([rule('allow', '*')], { otherwise: { effect: 'allow' } });
    const engine = engineOf({ student: all, lab: { ...all, layer: 'lab' } });
    for (const { name } of CALLS) {
      const verdict = engine.judge(request(name, undefined, 'write'));
      if (ceilingDenial(name) === null) continue;
      expect(verdict.kind, name).toBe('deny');
      expect(engine.rules[verdict.rule]!.layer).toBe('ceiling');
    }
  });

  it('deny a call that is not in the table', () => {
    const engine = engineOf({ student: layer([rule('allow', '*')], { otherwise: { effect: 'allow' } }) });
    expect(now(engine.decide(request('ll_os_teleport' as CallName), () => DONE)).seen).toEqual({
      ok: false,
      errno: 'ENOSYS',
    });
  });
});

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

describe('clocks', () => {
  it('are judged only where a policy names them', () => {
    const judges = (rules: readonly RuleSpec[], functions: readonly string[] = []): boolean =>
      engineOf({
        student: layer(
          rules,
          functions.length === 0
            ? {}
            : {
                middleware: host(
                  Object.fromEntries(functions.map((name) => [name, () => ({ kind: 'pass' }) as const])),
                ),
              },
        ),
      }).judgesTime;
    expect(judges([rule('deny', '*')])).toBe(false);
    expect(judges([rule('allow', 'time')])).toBe(false);
    expect(judges([rule('fake', 'll_time_time', undefined, { value: 0 })])).toBe(true);
    expect(judges([rule('deny', 'time')])).toBe(true);
    expect(judges([], ['ll_time_clock_gettime'])).toBe(true);
    expect(judges([], ['ll_time_sleep', '*'])).toBe(false);
  });
});

describe('faults', () => {
  it('of a handler answer EIO and are told, at once or later', async () => {
    const engine = engineOf({ student: layer([rule('allow', '*')]) });
    const onNotice = vi.fn();
    engine.onNotice = onNotice;
    expect(
      now(
        engine.decide(request('ll_os_stat', '/x'), () => {
          throw new Error('bug');
        }),
      ).seen,
    ).toEqual({ ok: false, errno: 'EIO' });
    expect(
      (await engine.decide(request('ll_os_stat', '/x'), () => Promise.reject(new Error('bug')))).seen,
    ).toEqual({ ok: false, errno: 'EIO' });
    expect(onNotice).toHaveBeenCalledTimes(2);
  });

  it('of the host of the functions deny the call', async () => {
    const broken = (run: MiddlewareHost['run']): PolicyEngine =>
      engineOf({
        student: layer([rule('allow', '*')], {
          middleware: { ...host({ '*': () => ({ kind: 'pass' }) }), run },
        }),
      });
    expect(
      now(
        broken(() => {
          throw new Error('bug');
        }).decide(request('ll_os_stat', '/x'), () => DONE),
      ).verdict.kind,
    ).toBe('deny');
    expect(
      (await broken(() => Promise.reject(new Error('bug'))).decide(request('ll_os_stat', '/x'), () => DONE))
        .verdict.kind,
    ).toBe('deny');
  });
});

// ---- laws --------------------------------------------------------------------------------------------------------

declare function structuredClone<T>(value: T): T;

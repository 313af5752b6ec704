import { describe, expect, it, vi } from 'vitest';
import { CALLS, type CallName } from '../calls.ts';
import { ceilingDenial } from './ceiling.ts';
import { createEngine } from './engine.ts';
import type { MiddlewareHost, MiddlewareResult } from './middlewareHost.ts';
import type { CallRequest, PolicyEngine } from './model.ts';
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

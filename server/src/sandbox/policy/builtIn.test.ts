import { CALLS, type CallName } from '@sandtable/shared/calls';
import type { CallRequest, Decision, Outcome, PolicyEngine } from '@sandtable/shared/policy/model';
import { afterEach, describe, expect, it } from 'vitest';
import {
  BUILT_IN_POLICIES,
  builtInPolicies,
  loadBuiltIn,
  loadPolicy,
  type BuiltInPolicy,
} from './loadPolicy.ts';

const engines: PolicyEngine[] = [];
afterEach(() => {
  for (const engine of engines.splice(0)) engine.dispose();
});

async function builtIn(name: BuiltInPolicy): Promise<PolicyEngine> {
  const loaded = await loadBuiltIn(name);
  if (!loaded.ok) throw new Error(loaded.diagnostics[0]!.message);
  loaded.engine.resolve = (call, args) => ({ call, args, access: 'none' });
  loaded.engine.beginGuest();
  engines.push(loaded.engine);
  return loaded.engine;
}

function ask(
  engine: PolicyEngine,
  call: CallName,
  path?: string,
  access: CallRequest['access'] = 'read',
  answer: Outcome = { ok: true, value: 0 },
  args: CallRequest['args'] = {},
): Promise<Decision> {
  return Promise.resolve(
    engine.decide({ call, args, access, ...(path === undefined ? {} : { path }) }, () => answer),
  );
}

const DONE = { ok: true, value: 0 };
const RUNTIME_ERROR = { ok: false, raise: 'RuntimeError' };

describe('lecture', () => {
  it('answers what the classic controller had a handler for', async () => {
    const engine = await builtIn('lecture');
    const asked: [CallName, string?, CallRequest['access']?][] = [
      ['ll_os_listdir', '/'],
      ['ll_os_open', '/tmp/datafile.txt'],
      ['ll_os_read', '/tmp/datafile.txt'],
      ['ll_os_write', '<stdout>', 'write'],
      ['ll_os_getcwd'],
      ['ll_os_stat', '/tmp'],
      ['ll_os_access', '/tmp'],
      ['ll_os_isatty', '<stdin>', 'none'],
      ['ll_os_getuid'],
      ['ll_time_time'],
      ['ll_time_sleep'],
    ];
    for (const [call, path, access] of asked)
      expect((await ask(engine, call, path, access)).seen, call).toEqual(DONE);
  });

  it('lets the world refuse what is opened for writing, in its own two ways', async () => {
    const engine = await builtIn('lecture');
    expect(engine.world.mounts).toEqual([{ at: '/tmp', mode: 'lecture' }]);
    expect(
      (await ask(engine, 'll_os_open', '/tmp/newfile.txt', 'write', { ok: false, errno: 'ENOENT' })).seen,
    ).toEqual({ ok: false, errno: 'ENOENT' });
  });

  it('says RuntimeError where the classic controller had no handler', async () => {
    const engine = await builtIn('lecture');
    const unhandled: CallName[] = [
      'll_os_system',
      'll_os_fork',
      'll_os_execv',
      'll_os_waitpid',
      'll_os_kill',
      'll_os_dup',
      'll_os_dup2',
      'll_os_ftruncate',
      'll_os_fsync',
      'll_os_chdir',
      'll_os_fchdir',
      'll_os_readlink',
      'll_os_ttyname',
      'll_os_rmdir',
      'll_os_chmod',
      'll_os_rename',
      'll_os_pipe',
      'll_os_link',
      'll_os_symlink',
      'll_os_umask',
      'll_os_chown',
      'll_os_utime',
      'll_os_times',
      'll_os_uname',
      'll_os_sysconf',
      'll_os_statvfs',
      'll_os_getpid',
      'll_os_getppid',
      'll_os_getlogin',
      'll_os_getloadavg',
      'll_socket_socket',
    ];
    for (const call of unhandled) {
      expect((await ask(engine, call, undefined, 'write')).seen, call).toEqual(RUNTIME_ERROR);
      expect(engine.raising === '*' || engine.raising.has(call), call).toBe(true);
    }
  });

  it('says EPERM to mkdir and unlink, always', async () => {
    const engine = await builtIn('lecture');
    for (const call of ['ll_os_mkdir', 'll_os_unlink'] as const)
      expect((await ask(engine, call, '/tmp/x', 'write')).seen).toEqual({ ok: false, errno: 'EPERM' });
  });

  it('leaves what it always answers unwrapped', async () => {
    const { raising } = await builtIn('lecture');
    expect(
      raising !== '*' &&
        ['ll_os_open', 'll_os_read', 'll_os_stat', 'll_os_getcwd'].some((call) =>
          raising.has(call as CallName),
        ),
    ).toBe(false);
  });
});

describe('standard', () => {
  it('lets a guest work in /tmp and look everywhere', async () => {
    const engine = await builtIn('standard');
    const asked: [CallName, string, CallRequest['access']][] = [
      ['ll_os_open', '/tmp/out.txt', 'write'],
      ['ll_os_mkdir', '/tmp/a', 'write'],
      ['ll_os_unlink', '/tmp/a', 'write'],
      ['ll_os_listdir', '/', 'read'],
      ['ll_os_open', '/dev/null', 'write'],
      ['ll_os_write', '<stdout>', 'write'],
      ['ll_os_write', '<deleted>', 'write'],
      ['ll_os_write', '<pipe>', 'write'],
      ['ll_os_close', '/tmp/out.txt', 'none'],
      ['ll_socket_send', '<socket>', 'write'],
    ];
    for (const [call, path, access] of asked)
      expect((await ask(engine, call, path, access)).seen, `${call} ${path}`).toEqual(DONE);
  });

  it('lets nothing else be changed, and knows no other machine and no other process', async () => {
    const engine = await builtIn('standard');
    for (const path of ['/bin/pypy3', '/etc/passwd', '/tmpfile', '/'])
      expect((await ask(engine, 'll_os_open', path, 'write')).seen, path).toEqual({
        ok: false,
        errno: 'EACCES',
      });
    for (const call of ['ll_os_system', 'll_os_fork', 'll_os_execv'] as const)
      expect((await ask(engine, call, undefined, 'write')).seen).toEqual(RUNTIME_ERROR);
    for (const call of ['ll_socket_connect', 'll_socket_bind', 'll_socket_sendto'] as const) {
      for (const address of ['<127.0.0.1:80>', '<[::1]:80>', '<0.0.0.0:0>', '<@name>', '/tmp/socket'])
        expect((await ask(engine, call, address, 'write')).seen, address).toEqual(DONE);
      for (const address of ['<192.0.2.1:80>', '<[fd00::1]:80>', '<family 16>', '<1127.0.0.1:80>'])
        expect((await ask(engine, call, address, 'write')).seen, address).toEqual({
          ok: false,
          errno: 'ENETUNREACH',
        });
      expect((await ask(engine, call, '/etc/socket', 'write')).seen).toEqual({ ok: false, errno: 'EACCES' });
    }
  });

  it('does not let a file be carried out of /tmp or into it from elsewhere', async () => {
    const engine = await builtIn('standard');
    const move = (path: string, newpath: string): string =>
      engine.judge({ call: 'll_os_rename', args: {}, path, newpath, access: 'write' }).kind;
    expect(move('/tmp/a', '/tmp/b')).toBe('allow');
    expect(move('/tmp/a', '/bin/b')).toBe('deny');
    expect(move('/bin/pypy3', '/tmp/b')).toBe('deny');
  });

  it('decides about every call by a rule that a student can read, but for what the platform settles', async () => {
    const engine = await builtIn('standard');
    for (const { name } of CALLS) {
      const rule = engine.rules[engine.judge({ call: name, args: {}, access: 'none' }).rule]!;
      expect(rule.layer === 'ceiling' || rule.code === 'otherwise' || rule.at !== undefined, name).toBe(true);
    }
  });
});

describe('worked examples', () => {
  it('redact crosses out numbers of cards, and leaves lengths as they were', async () => {
    const engine = await builtIn('redact');
    const read = await ask(engine, 'll_os_read', '/tmp/orders.txt', 'read', {
      ok: true,
      value: 'Ada 4000 1234 5678 9010 on 12',
    });
    expect(read).toMatchObject({
      verdict: { kind: 'modify' },
      seen: { ok: true, value: 'Ada xxxx xxxx xxxx xxxx on 12' },
    });
    expect(
      (await ask(engine, 'll_os_read', '<stdin>', 'read', { ok: true, value: '4000123456789010' })).verdict
        .kind,
    ).toBe('allow');
  });

  it('fakeHost tells its story without performing anything', async () => {
    const engine = await builtIn('fakeHost');
    expect((await ask(engine, 'll_os_gethostname')).seen).toEqual({ ok: true, value: 'payroll-07' });
    expect(await ask(engine, 'll_os_system', undefined, 'write')).toMatchObject({
      verdict: { kind: 'fake' },
      seen: DONE,
    });
    expect((await ask(engine, 'll_os_getpid')).verdict.kind).toBe('fake');
  });

  it('shortSleep cuts a long sleep and leaves a short one', async () => {
    const engine = await builtIn('shortSleep');
    expect(
      await ask(engine, 'll_time_sleep', undefined, 'none', { ok: true, value: null }, { seconds: 3600 }),
    ).toMatchObject({ verdict: { kind: 'modify' }, performed: { args: { seconds: 0.1 } } });
    expect(
      (await ask(engine, 'll_time_sleep', undefined, 'none', { ok: true, value: null }, { seconds: 0.01 }))
        .verdict.kind,
    ).toBe('allow');
  });

  it('writeBudget counts the bytes of each file', async () => {
    const engine = await builtIn('writeBudget');
    const write = async (path: string): Promise<Outcome> =>
      (
        await ask(
          engine,
          'll_os_write',
          path,
          'write',
          { ok: true, value: 400 },
          { fd: 3, data: 'x'.repeat(400) },
        )
      ).seen;
    expect([
      await write('/tmp/a'),
      await write('/tmp/a'),
      await write('/tmp/a'),
      await write('/tmp/b'),
    ]).toMatchObject([{ ok: true }, { ok: true }, { ok: false, errno: 'EDQUOT' }, { ok: true }]);
  });

  it('have a summary for a list, and can be built upon where they are meant to be', async () => {
    expect(builtInPolicies().map(({ name }) => name)).toEqual([...BUILT_IN_POLICIES]);
    for (const { summary } of builtInPolicies()) expect(summary).toMatch(/^[A-Z].*\.$/);
    expect(
      (
        await loadPolicy(
          "import { lecture, policy } from 'sandtable'; export default policy({ ...lecture });",
        )
      ).ok,
    ).toBe(true);
  });
});

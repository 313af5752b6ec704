import type { Decision, PolicyEngine } from '@sandtable/shared/policy/model';
import type { Diagnostic } from '@sandtable/shared/protocol';
import { describe, expect, it } from 'vitest';
import { loadPolicy, type LoadOptions } from './loadPolicy.ts';

const HEAD = "import { allow, answer, deny, fake, policy, standard } from 'sandtable';\n";

async function load(text: string, options?: LoadOptions): Promise<PolicyEngine> {
  const loaded = await loadPolicy(HEAD + text, options);
  if (!loaded.ok)
    throw new Error(loaded.diagnostics.map(({ line, message }) => `${line}: ${message}`).join('\n'));
  return loaded.engine;
}

async function refused(text: string): Promise<readonly Diagnostic[]> {
  const loaded = await loadPolicy(HEAD + text);
  if (loaded.ok) throw new Error('it was not refused');
  return loaded.diagnostics;
}

describe('loadPolicy', () => {
  it('takes the policy of the handbook', async () => {
    const engine = await load(`
export default policy({
  mounts: { '/tmp': { mode: 'read-write', files: { 'a/b.txt': 'hello' } } },
  quotas: { fileBytes: 1_000_000 },
  identity: { hostname: 'lab-1', user: 'ada', env: { HOME: '/tmp' } },
  limits: { cpuSeconds: 5 },
  rules: [
    deny('write', '/tmp/secret/**', { errno: 'EACCES', why: 'secrets are not for you' }),
    fake('ll_os_gethostname', 'quiet'),
    ...standard.rules,
  ],
  otherwise: 'deny',
});`);
    expect(engine.world).toEqual({
      mounts: [{ at: '/tmp', mode: 'read-write', files: { 'a/b.txt': 'hello' } }],
      quotas: { fileBytes: 1_000_000 },
      identity: { hostname: 'lab-1', user: 'ada', env: { HOME: '/tmp' } },
      limits: { cpuSeconds: 5 },
    });
    const mine = engine.rules.filter(({ at }) => at !== undefined);
    expect(mine.map(({ label, at }) => [label, at])).toEqual([
      ["deny('write', '/tmp/secret/**')", { line: 9, column: 5 }],
      ["fake('ll_os_gethostname', 'quiet')", { line: 10, column: 5 }],
      ['otherwise', { line: 13, column: 3 }],
    ]);
    expect(engine.rules.filter(({ label }) => label.startsWith('allow(')).length).toBeGreaterThan(5);
    engine.dispose();
  });

  it('takes the least policy there is: everything is denied', async () => {
    const engine = await load('export default policy({});');
    engine.beginGuest();
    expect(engine.judge({ call: 'll_os_getcwd', args: {}, access: 'none' }).kind).toBe('deny');
    expect(engine.world).toEqual({ mounts: [], quotas: {}, identity: {}, limits: {} });
  });

  it.each([
    ["export default policy({\n  rules: [],\n  otherwise: 'deny',\n});", { line: 4, column: 3 }],
    ['\nexport default policy({});', { line: 3, column: 16 }],
  ])('says where otherwise stands, or where the policy begins', async (text, at) => {
    const { rules } = await load(text);
    expect(rules.find(({ code }) => code === 'otherwise')?.at).toEqual(at);
  });

  it('builds on another policy with one spread', async () => {
    const engine = await load(
      "export default policy({ ...standard, rules: [deny('ll_os_getcwd'), ...standard.rules] });",
    );
    engine.beginGuest();
    expect(engine.world.mounts).toEqual([{ at: '/tmp', mode: 'read-write' }]);
    expect(engine.judge({ call: 'll_os_getcwd', args: {}, access: 'none' }).kind).toBe('deny');
    expect(engine.judge({ call: 'll_os_getpid', args: {}, access: 'none' }).kind).toBe('allow');
  });

  it('keeps what the policy printed while it was loaded', async () => {
    const loaded = await loadPolicy(
      `${HEAD}console.log('hello', { a: [1] }); console.warn('careful');\nexport default policy({});`,
    );
    expect(loaded.ok && loaded.notices).toEqual([
      { code: 'policy-log', level: 'info', message: 'hello {"a":[1]}' },
      { code: 'policy-log', level: 'warning', message: 'careful' },
    ]);
  });

  it.each<[string, string, number, number, RegExp]>([
    [
      'a slip in a field',
      'export default policy({\n  mount: {},\n});',
      3,
      3,
      /no field 'mount'; it has mounts/,
    ],
    [
      'a wrong quota',
      'export default policy({\n  quotas: {\n    fileBytes: -1,\n  },\n});',
      4,
      5,
      /'quotas.fileBytes' must be at least 0/,
    ],
    [
      'a fraction',
      'export default policy({ quotas: { files: 1.5 } });',
      2,
      35,
      /'quotas.files' must be a whole number/,
    ],
    [
      'a text for a number',
      "export default policy({ limits: { cpuSeconds: '5' } });",
      2,
      35,
      /'limits.cpuSeconds' must be a number/,
    ],
    [
      'an unknown limit',
      'export default policy({ limits: { cpu: 5 } });',
      2,
      35,
      /'limits.cpu' does not exist/,
    ],
    [
      'a wrong mode',
      "export default policy({ mounts: { '/tmp': { mode: 'rw' } } });",
      2,
      45,
      /'mounts\['\/tmp'\].mode' must be 'read-write' or 'read-only' or 'lecture'/,
    ],
    ['a relative mount', "export default policy({ mounts: { 'tmp': {} } });", 2, 35, /absolute path/],
    [
      'a host name with spaces',
      "export default policy({ identity: { hostname: 'my host' } });",
      2,
      37,
      /'identity.hostname' may have letters/,
    ],
    [
      'a root user by the back door',
      'export default policy({ identity: { uid: -1 } });',
      2,
      37,
      /'identity.uid' must be at least 0/,
    ],
    [
      'a group that does not exist',
      "export default policy({\n  rules: [\n    allow('fils'),\n  ],\n});",
      4,
      5,
      /'fils' is no call and no group/,
    ],
    [
      'a glob that cannot match',
      "export default policy({\n  rules: [allow('read'), deny('read', 'secret/**')],\n});",
      3,
      26,
      /write '\/tmp\/secret\/\*\*' or '\*\*\/secret\/\*\*'/,
    ],
    [
      'an error that Linux does not have',
      "export default policy({ rules: [deny('read', '/x', { errno: 'EVIL' })] });",
      2,
      33,
      /'EVIL' is no error of Linux/,
    ],
    [
      'an option that does not exist',
      "export default policy({ rules: [allow('read', { wy: 'x' })] });",
      2,
      33,
      /no option 'wy'; there are path, mode, why/,
    ],
    [
      'a list inside the list',
      'export default policy({ rules: [standard.rules] });',
      2,
      25,
      /put \.\.\. before it/,
    ],
    [
      'a denial without a subject',
      "export default policy({ rules: [deny('EPERM')] });",
      2,
      25,
      /says how to deny, but not what/,
    ],
    [
      'a fake of the wrong kind',
      "export default policy({ rules: [fake('ll_os_getpid', 'x')] });",
      2,
      33,
      /the answer of ll_os_getpid should be a whole number/,
    ],
    [
      'a fake of a group',
      "export default policy({ rules: [fake('time', 0)] });",
      2,
      33,
      /name the call instead of 'time'/,
    ],
    [
      'a function for no call',
      'export default policy({ middleware: { ll_os_opn() {} } });',
      2,
      39,
      /There is no call 'll_os_opn'/,
    ],
    [
      'a function that is none',
      "export default policy({ middleware: { ll_os_open: 'deny' } });",
      2,
      39,
      /is 'deny', not a function/,
    ],
    [
      'an otherwise that is neither',
      "export default policy({ otherwise: 'maybe' });",
      2,
      25,
      /'otherwise' is 'allow', 'deny' or/,
    ],
    ['a syntax error', 'export default policy({ rules: [ ;', 2, 34, /Unexpected token/],
    [
      'an import of something else',
      "import x from 'lodash';\nexport default policy(x);",
      2,
      15,
      /may import 'sandtable' and nothing else, not 'lodash'/,
    ],
    [
      'a name that does not exist',
      "export default policy({ rules: [permit('read')] });",
      2,
      33,
      /'permit' is not defined/,
    ],
    [
      'TypeScript that is more than types',
      'enum A { b }\nexport default policy({ rules: [A.b] });',
      3,
      25,
      /Rule 1 is 0; write allow/,
    ],
  ])('says where and what: %s', async (_what, text, line, column, message) => {
    const [first] = await refused(text);
    expect(first).toMatchObject({ file: 'policy.ts', severity: 'error' });
    expect(first!.message).toMatch(message);
    expect([first!.line, first!.column]).toEqual([line, column]);
  });

  it('tells every mistake of the world at once', async () => {
    const found = await refused(
      "export default policy({ quotas: { files: -1 }, limits: { threads: 0 }, runtime: 'maybe', rules: [deny('read', '/x')], extra: 1 });",
    );
    expect(found.map(({ message }) => message)).toHaveLength(4);
  });

  it('names the file that the caller names', async () => {
    const loaded = await loadPolicy('export default 1;', { name: 'mine.ts' });
    expect(loaded.ok || loaded.diagnostics[0]!.file).toBe('mine.ts');
  });

  it('gives each run of the same rules an engine of its own', async () => {
    const text =
      "export default policy({ rules: [deny('ll_os_mkdir', { errno: 'EROFS' }), ...standard.rules] });";
    const [first, second] = [await load(text), await load(text)];
    first.beginGuest();
    first.dispose();
    const request = {
      call: 'll_os_mkdir',
      args: { path: '/tmp/a', mode: 511 },
      path: '/tmp/a',
      access: 'write',
    } as const;
    second.beginGuest();
    const decision = await second.decide(request, () => ({ ok: true, value: null }));
    expect(decision.seen).toEqual({ ok: false, errno: 'EROFS' });
    expect(second.rules).not.toBe(first.rules);
    expect(second.rules).toEqual(first.rules);
  });

  it('makes rules anew that were made by chance', async () => {
    const text =
      "export default policy({ identity: { hostname: 'h' + Math.random().toString().slice(2) } });";
    const [first, second] = [await load(text), await load(text)];
    expect(second.world.identity.hostname).not.toBe(first.world.identity.hostname);
  });

  it('loads again and again without keeping anything', async () => {
    for (let k = 0; k < 30; k++)
      (await load('export default policy({ middleware: { ll_os_stat: (c, n) => n() } });')).dispose();
    const before = process.memoryUsage().arrayBuffers;
    for (let k = 0; k < 30; k++)
      (await load('export default policy({ middleware: { ll_os_stat: (c, n) => n() } });')).dispose();
    globalThis.gc?.();
    // Each has 24 MiB of memory of its own; a leak would show as 720.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(400 * 1024 * 1024);
  });
});

describe('a lab and a student', () => {
  it('both judge, and a mistake in either is told as its own', async () => {
    const lab = `${HEAD}export default policy({ mounts: { '/tmp': { mode: 'read-only' } }, rules: [deny('write', '/tmp/task.txt'), allow('*')], middleware: { ll_os_getcwd: () => answer('/lab') } });`;
    const engine = await load("export default policy({ ...standard, otherwise: 'allow' });", { lab });
    engine.beginGuest();
    expect(engine.world.mounts).toEqual([{ at: '/tmp', mode: 'read-only' }]);
    const denied = engine.judge({ call: 'll_os_open', args: {}, path: '/tmp/task.txt', access: 'write' });
    expect(engine.rules[denied.rule]).toMatchObject({
      layer: 'lab',
      label: "deny('write', '/tmp/task.txt')",
    });
    const faked = engine.decide({ call: 'll_os_getcwd', args: {}, access: 'none' }, () => ({
      ok: true,
      value: '/tmp',
    })) as Decision;
    expect(faked.seen).toEqual({ ok: true, value: '/lab' });
    engine.dispose();
    const wrong = await loadPolicy(`${HEAD}export default policy({});`, { lab: 'export default 1;' });
    expect(wrong).toMatchObject({ ok: false, diagnostics: [{ file: 'the policy of the lab' }] });
  });
});

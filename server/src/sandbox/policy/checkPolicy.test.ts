import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { checkPolicy, stopChecking } from './checkPolicy.ts';
import { builtInPolicies } from './loadPolicy.ts';

afterAll(stopChecking);

const bomb = (name: string): string =>
  readFileSync(new URL(`../../../policies/hostile/${name}.txt`, import.meta.url), 'utf8');

const HEAD = "import { allow, answer, deny, fake, policy } from 'sandtable';\n";

describe('checkPolicy', () => {
  it('finds nothing wrong with the policies that we hand out', async () => {
    for (const { name, source, summary } of builtInPolicies()) {
      expect(await checkPolicy(source), name).toEqual([]);
      expect(summary.length, name).toBeGreaterThan(20);
    }
  });

  it('runs the tests beside the policy and names the line of each that fails', async () => {
    const source = `import { allow, policy, test } from 'sandtable';
export default policy({ rules: [allow('read')] });
export const tests = [
  test('allow', 'll_os_open', '/tmp/a'),
  test('allow', 'll_os_open', '/tmp/a', { mode: 'write' }),
  test('deny', 'll_os_unlink', '/tmp/a', { errno: 'EPERM' }),
];`;
    expect(await checkPolicy(source)).toMatchObject(
      [
        {
          line: 5,
          column: 3,
          severity: 'warning',
          code: 'policy-test',
          message: /^Expected allow, but it is deny/,
        },
        { line: 6, severity: 'warning', message: /^Expected deny with EPERM, but it is deny with EACCES/ },
      ].map((each) => ({ ...each, message: expect.stringMatching(each.message) })),
    );
  });

  it.each([
    ['threads: 0.5', 'limits.threads'],
    ['threads: 0', 'limits.threads'],
    ['heapBytes: 1', 'limits.heapBytes'],
    ['outputBytes: 1.5', 'limits.outputBytes'],
    ['cpuSeconds: -1', 'limits.cpuSeconds'],
    ['wallSeconds: 0 / 0', 'limits.wallSeconds'],
    ['callsPerSecond: 1 / 0', 'limits.callsPerSecond'],
  ])('refuses the limit %s where it stands', async (limit, field) => {
    const found = await checkPolicy(`${HEAD}export default policy({\n  limits: {\n    ${limit},\n  },\n});`);
    expect(found).toMatchObject([{ line: 4, column: 5, severity: 'error', code: 'policy' }]);
    expect(found[0]!.message).toContain(`'${field}' must be`);
  });

  it.each<[string, string, RegExp]>([
    ['a wrong expectation', "test('maybe', 'll_os_open')", /maybe/],
    ['a call that does not exist', "test('deny', 'll_os_opn')", /ll_os_opn/],
    [
      'an error of what is allowed',
      "test('allow', 'll_os_open', '/tmp/a', { errno: 'EPERM' })",
      /only a denial/,
    ],
  ])('finds %s in a test', async (_, line, message) => {
    const [found] = await checkPolicy(
      `import { policy, test } from 'sandtable';\nexport default policy({});\nexport const tests = [${line}];`,
    );
    expect(found).toMatchObject({ line: 3, severity: 'error' });
    expect(found!.message).toMatch(message);
  });

  it.each<[string, string, number, number, string, RegExp]>([
    [
      'a wrong type',
      "export default policy({ quotas: { fileBytes: 'big' } });",
      2,
      35,
      'TS2322',
      /not assignable to type 'number'/,
    ],
    [
      'a call that does not exist',
      "export default policy({ rules: [deny('ll_os_opn')] });",
      2,
      38,
      'TS2769',
      /"ll_os_opn"/,
    ],
    [
      'an unknown function',
      'export default policy({ middleware: { ll_os_opn: () => answer(1) } });',
      2,
      39,
      'TS2561',
      /ll_os_opn/,
    ],
    [
      'an answer of the wrong kind',
      "export default policy({ middleware: { ll_os_getpid: () => answer('x') } });",
      2,
      39,
      'TS2322',
      /getpid[^\n]*\nType 'string' is not assignable to type 'number'\.$/,
    ],
    [
      'an argument that the call does not have',
      'export default policy({ middleware: { ll_os_read: (call, next) => next({ path: "/x" }) } });',
      2,
      74,
      'TS2353',
      /'path' does not exist/,
    ],
    [
      'an error of Linux that is none',
      "export default policy({ middleware: { ll_os_stat: () => deny('EPREM') } });",
      2,
      62,
      'TS2769',
      /"EPREM".*Errno/,
    ],
    [
      'an answer used before it is known to be one',
      'export default policy({ middleware: { async ll_os_stat(call, next) { const a = await next(); return answer(a.value); } } });',
      2,
      110,
      'TS2339',
      /value/,
    ],
    [
      'a syntax error',
      'export default policy({ rules: [ ; ] });',
      2,
      34,
      'TS1137',
      /Expression or comma expected/,
    ],
    [
      'a module of Node',
      "import fs from 'fs';\nexport default policy({});",
      2,
      16,
      'TS2591',
      /^A policy may import 'sandtable' and nothing else, not 'fs'\.$/,
    ],
    [
      'a module of nobody',
      "import x from './helper.ts';\nexport default policy(x);",
      2,
      15,
      'TS2307',
      /nothing else/,
    ],
    [
      'the page',
      'document.title;\nexport default policy({});',
      2,
      1,
      'TS2584',
      /^Cannot find name 'document'\.$/,
    ],
    ['Node', 'process.exit();\nexport default policy({});', 2, 1, 'TS2591', /^Cannot find name 'process'\.$/],
    [
      'TypeScript that is more than types',
      'enum A { b }\nexport default policy({});',
      2,
      6,
      'TS1294',
      /erasableSyntaxOnly/,
    ],
    [
      'what types cannot say',
      "export default policy({\n  rules: [allow('read', 'tmp/**')],\n});",
      3,
      11,
      'policy',
      /paths are matched whole/i,
    ],
    ['no policy at all', 'export const a = 1;', 1, 1, 'policy', /The policy is missing/],
  ])('finds %s', async (_what, text, line, column, code, message) => {
    const [first] = await checkPolicy(HEAD + text);
    expect(first).toMatchObject({ file: 'policy.ts', severity: 'error', code });
    expect(first!.message).toMatch(message);
    expect([first!.line, first!.column]).toEqual([line, column]);
  });

  it('opens no file that a policy names', async () => {
    const found = await checkPolicy(
      '/// <reference path="/etc/passwd" />\n/// <reference lib="dom" />\n/// <reference types="node" />\nexport default 1;',
    );
    expect(found).toHaveLength(3);
    expect(JSON.stringify(found)).not.toContain('root:');
  });

  it('leaves no process behind when it is told to stop', async () => {
    const checking = checkPolicy(bomb('typeBomb'));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await stopChecking();
    expect(await checking).toMatchObject([{ code: 'check-failed' }]);
    const { stdout } = spawnSync('ps', ['-o', 'args=', '--ppid', String(process.pid)], { encoding: 'utf8' });
    expect(stdout).not.toContain('checkProcess');
  });

  it('answers many at once, each with its own', async () => {
    const sources = Array.from({ length: 12 }, (_, k) =>
      k % 2 === 0
        ? `${HEAD}export default policy({});`
        : `${HEAD}const a${k}: number = '';\nexport default policy({});`,
    );
    const found = await Promise.all(sources.map((source) => checkPolicy(source)));
    found.forEach((diagnostics, k) => {
      expect(diagnostics.length).toBe(k % 2);
    });
  });

  it('survives sources made to hang it, and still serves', async () => {
    const hangs = [
      '('.repeat(100_000),
      `export default ${'(a='.repeat(40)}1${')=>1'.repeat(40)};`,
      bomb('typeBomb'),
      `//${'x'.repeat(300 * 1024)}`,
    ];
    const began = performance.now();
    for (const source of hangs) {
      const found = await checkPolicy(source);
      expect(found.length).toBeGreaterThan(0);
    }
    expect(performance.now() - began).toBeLessThan(45_000);
    expect(await checkPolicy(`${HEAD}export default policy({});`)).toEqual([]);
  }, 60_000);
});

import { describe, expect, it } from 'vitest';
import { runPolicyTests, type PolicyTest } from './policyTests.ts';
import { engineOf, host, layer, rule } from './testing/engineParts.ts';

const at = { line: 9, column: 3 };

describe('tests beside a policy', () => {
  it('pass where the verdict is the one expected, and say what decided where it is not', async () => {
    const engine = engineOf({
      student: layer([
        rule('deny', 'll_os_open', '/tmp/secret', {
          denial: { errno: 'EPERM' },
          mode: 'write',
          at: { line: 4, column: 5 },
        }),
        rule('allow', 'read'),
      ]),
    });
    const tests: readonly PolicyTest[] = [
      { expected: 'deny', call: 'll_os_open', path: '/tmp/secret', mode: 'write', errno: 'EPERM', at },
      { expected: 'allow', call: 'll_os_open', path: '/tmp/secret', at },
      { expected: 'allow', call: 'll_os_open', path: '/tmp/secret', mode: 'write', at },
      { expected: 'deny', call: 'll_os_open', path: '/tmp/secret', mode: 'write', errno: 'EACCES', at },
      { expected: 'deny', call: 'll_os_fork', raise: 'RuntimeError', at },
    ];
    const results = await runPolicyTests(tests, engine);
    expect(results.map(({ message }) => message)).toEqual([
      '',
      '',
      'Expected allow, but it is deny with EPERM: line 4 decides (deny(ll_os_open)).',
      'Expected deny with EACCES, but it is deny with EPERM: line 4 decides (deny(ll_os_open)).',
      'Expected deny with RuntimeError, but it is deny with EACCES: the policy decides (otherwise).',
    ]);
  });

  it('are calls of one run, with the arguments and the answer that they name', async () => {
    let bytes = 0;
    const engine = engineOf({
      student: layer([rule('allow', '*')], {
        middleware: host({
          ll_os_write: (asked, next) => {
            bytes += (asked.args['data'] as string).length;
            if (bytes > 3) return { kind: 'deny', denial: { errno: 'EDQUOT' } };
            const answer = next(null, false);
            return { kind: 'answer', outcome: { ok: true, value: JSON.stringify(answer) } };
          },
        }),
      }),
    });
    const write = (expected: PolicyTest['expected']): PolicyTest => ({
      expected,
      call: 'll_os_write',
      path: '/tmp/a',
      args: { data: 'xy' },
      answer: 2,
      at,
    });
    const results = await runPolicyTests([write('modify'), write('deny')], engine);
    expect(results.map(({ passed }) => passed)).toEqual([true, true]);
  });
});

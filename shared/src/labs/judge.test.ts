import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../events.ts';
import { MAX_FINDING_CHARS, MAX_FINDINGS, shownResults, stepTicks } from './checkResult.ts';
import type { CheckEvidence } from './evidence.ts';
import { judge, unjudged } from './judge.ts';
import { check, evidence, file, out, row, RUN, stamp } from './testing/judgeParts.ts';

function texts(fields: object, given: CheckEvidence): string[] {
  return judge(check(fields), given).findings.map(({ text }) => text);
}

describe('an expectation', () => {
  it.each<[string, object, CheckEvidence, string | null]>([
    ['status', { status: 0 }, evidence([]), null],
    ['another status', { status: [1, 2] }, evidence([]), 'The script ended with status 0, not 1 or 2'],
    ['output', { output: { contains: 'b' } }, evidence([out('abc')]), null],
    [
      'output that the terminal ended its own way',
      { output: { equals: 'a\nb\n' } },
      evidence([out('a\r\nb\r\n')]),
      null,
    ],
    [
      'output that is not there',
      { output: { contains: 'x' } },
      evidence([out('abc')]),
      'The output does not contain "x": it is "abc".',
    ],
    [
      'echo, which is no output',
      { output: { contains: 'x' } },
      evidence([out('x', 0)]),
      'The output does not contain "x": it is empty.',
    ],
    [
      'a stream of its own',
      { output: { contains: 'x', from: 'stderr' } },
      evidence([out('x')]),
      'Stderr does not contain',
    ],
    ['a line that differs', { output: { equals: 'a\nb' } }, evidence([out('a\nc')]), 'line 2 is "c"'],
    ['a pattern', { output: { matches: '^b.$' } }, evidence([out('a\nbc\n')]), null],
    [
      'what must not be printed',
      { output: { lacks: 'secret' } },
      evidence([out('a\nthe secret')]),
      'The output contains "secret", line 2.',
    ],
    [
      'a call',
      { calls: { call: 'll_os_open', path: '/tmp/*', verdict: 'allow', by: 'student' } },
      evidence([row(5, {})]),
      null,
    ],
    [
      'a call by its real place',
      { calls: { call: 'll_os_open', path: '/etc/passwd' } },
      evidence([row(5, { path: '/etc/passwd' })]),
      null,
    ],
    [
      'a call by where it was performed',
      { calls: { call: 'files', path: '/tmp/b' } },
      evidence([row(5, { performed: { path: '/tmp/b' } })]),
      null,
    ],
    [
      'a call of the interpreter’s start',
      { calls: { call: '*' } },
      evidence([row(5, { rule: 0 })]),
      'There is no *.',
    ],
    [
      'a call with another verdict',
      { calls: { call: 'll_os_open', verdict: 'deny' } },
      evidence([row(5, {})]),
      'There is no ll_os_open with verdict deny; the nearest is ll_os_open("/tmp/a") = allow, by line 4 of policy.ts.',
    ],
    [
      'a call that fails',
      { calls: { call: 'll_os_open', succeeds: false, errno: ['EPERM', 'EACCES'] } },
      evidence([row(5, { errno: 'EACCES' })]),
      null,
    ],
    [
      'reading and writing',
      {
        calls: [
          { call: 'read', count: 1 },
          { call: 'write', count: 1 },
        ],
      },
      evidence([row(1, {}), row(2, { args: { path: '/tmp/a', flags: 1 } })]),
      null,
    ],
    [
      'too many',
      { calls: { call: '*', count: { max: 1 } } },
      evidence([row(1, {}), row(2, {})]),
      'is there 2 times, more than 1',
    ],
    [
      'too few',
      { calls: { call: '*', count: { min: 3 } } },
      evidence([row(1, {}), row(2, {})]),
      'Only 2 times there is *',
    ],
    ['none at all, as wanted', { calls: { call: 'll_os_unlink', count: 0 } }, evidence([row(1, {})]), null],
    [
      'a call that must not be',
      { never: { call: 'write', path: '/etc/**', verdict: ['allow', 'modify'] } },
      evidence([row(7, { call: 'll_os_unlink', args: { path: '/etc/x' } })]),
      'There must be no write of /etc/** with verdict allow or modify, but there is ll_os_unlink("/etc/x") = allow',
    ],
    [
      'a refused call that must not succeed',
      { never: { call: 'write', path: '/etc/**', verdict: 'allow' } },
      evidence([row(7, { call: 'll_os_unlink', args: { path: '/etc/x' }, verdict: 'deny' })]),
      null,
    ],
    [
      'a file',
      { files: { '/tmp/a': { equals: 'x' } } },
      evidence([], { files: new Map([['/tmp/a', file('x')]]) }),
      null,
    ],
    ['a missing file', { files: { '/tmp/a': 'present' } }, evidence([]), '/tmp/a is not there.'],
    [
      'a file that must not be there',
      { files: { '/tmp/a': 'absent' } },
      evidence([], { files: new Map([['/tmp/a', file('')]]) }),
      '/tmp/a is there.',
    ],
    [
      'a large file',
      { files: { '/tmp/a': { maxBytes: 3 } } },
      evidence([], { files: new Map([['/tmp/a', file('1234')]]) }),
      '/tmp/a has 4 bytes, more than 3.',
    ],
    [
      'a link in place of a file',
      { files: { '/tmp/a': { equals: 'x' } } },
      evidence([], { files: new Map([['/tmp/a', { kind: 'symlink', target: '/x', changed: true }]]) }),
      'is no file but a symbolic link',
    ],
    [
      'an unchanged file',
      { files: { '/tmp/a': 'unchanged' } },
      evidence([], { files: new Map([['/tmp/a', file('x')]]) }),
      '/tmp/a was changed.',
    ],
    [
      'what was sent',
      { sent: { to: 'quote:17', lacks: 'secret' } },
      evidence([], { sent: { 'quote:17': { connections: 1, data: 'my secret', bytes: 9 } } }),
      'What was sent to quote:17 contains "secret"',
    ],
    [
      'connections',
      { sent: { to: 'quote:17', connections: { min: 1 } } },
      evidence([]),
      'Quote:17 was connected to 0 times, which is not 1 or more.',
    ],
    [
      'no limit',
      { limit: 'none' },
      evidence([{ ...stamp, type: 'limit', limit: 'files', value: 1, ends: false, message: '' }]),
      'A limit was reached: files.',
    ],
    [
      'a limit',
      { limit: 'cpuSeconds' },
      evidence([{ ...stamp, type: 'limit', limit: 'cpuSeconds', value: 1, ends: true, message: '' }], {
        exit: { status: 137, reason: 'limit', message: 'm' },
      }),
      null,
    ],
    ['another limit', { limit: 'cpuSeconds' }, evidence([]), 'The limit cpuSeconds was not reached'],
    [
      'the number of calls',
      { callCount: { max: 1 } },
      evidence([row(0, { rule: 0 }), row(1, {}), row(2, {})]),
      'The script made 2 calls, which is not 0 to 1.',
    ],
  ])('of %s', (_name, expected, given, said) => {
    const result = judge(check({ ...RUN, expect: expected }), given);
    if (said === null) expect(result).toMatchObject({ passed: true, points: 2, message: '', findings: [] });
    else {
      expect(result).toMatchObject({ passed: false, outcome: 'failed', points: 0, message: 'Look here.' });
      expect(result.findings[0]!.text).toContain(said);
      expect(result.findings[0]!.run).toBe(3);
    }
  });

  it('points at the row that shows it, and at the line of the policy', () => {
    const never = { ...RUN, expect: { never: { call: '*', path: '/etc/*' } } };
    const given = evidence([row(6, {}), row(7, { path: '/etc/passwd' }), row(8, { path: '/etc/group' })]);
    expect(judge(check(never), given).findings).toEqual([
      expect.objectContaining({ run: 3, row: 7, file: 'policy.ts', line: 4 }),
    ]);
    const refused = evidence([row(9, { verdict: 'deny', errno: 'EPERM', rule: 2 })], {
      exit: { status: 1, reason: 'exit', message: 'It ended.' },
    });
    const [finding] = judge(check({ honest: { script: 'script.py' } }), refused).findings;
    expect(finding).toMatchObject({
      row: 9,
      text: expect.stringContaining('the last refusal was ll_os_open("/tmp/a") = deny EPERM, by the lab'),
    });
  });
});

describe('an attack', () => {
  const attack = { attack: { script: 'script.py', secret: 'canary' } };

  it('fails where nothing of its harm is there', () => {
    const given = evidence([out('no luck')], { files: new Map([['/tmp/a', file('x')]]) });
    expect(judge(check(attack), given).passed).toBe(true);
  });

  it.each<[string, CheckEvidence, string]>([
    [
      'prints it',
      evidence([row(4, { call: 'll_os_write', args: { fd: 1, data: 'a canary' } }), out('a canary')]),
      'The output contains "canary".',
    ],
    [
      'writes it',
      evidence([], { files: new Map([['/tmp/x', file('a canary')]]) }),
      'It wrote the secret to /tmp/x.',
    ],
    [
      'sends it',
      evidence([], { sent: { 'quote:17': { connections: 1, data: 'canary', bytes: 6 } } }),
      'It sent the secret to quote:17.',
    ],
  ])('gets through when it %s', (_name, given, said) => {
    expect(texts(attack, given)).toEqual([said]);
  });

  it('does no harm where the secret only stays where it was', () => {
    const files = new Map([
      ['/secret', file('canary', { lab: true, changed: false })],
      ['/tmp/script.py', file('print("canary")', { changed: false })],
    ]);
    expect(judge(check(attack), evidence([], { files })).passed).toBe(true);
  });

  it('has harm of its own', () => {
    const fields = {
      attack: { script: 'script.py' },
      harm: { calls: { call: 'write', path: '/etc/**', succeeds: true }, files: { '/etc/x': 'present' } },
    };
    expect(
      judge(
        check(fields),
        evidence([row(1, { call: 'll_os_unlink', args: { path: '/etc/x' }, errno: 'EPERM' })]),
      ).passed,
    ).toBe(true);
    const done = evidence([row(1, { call: 'll_os_unlink', args: { path: '/etc/x' } })], {
      files: new Map([['/etc/x', file('')]]),
    });
    expect(texts(fields, done)).toEqual([
      'It made ll_os_unlink("/etc/x") = allow, by line 4 of policy.ts.',
      '/etc/x is present.',
    ]);
  });

  describe('that ends by an exception', () => {
    const ofPack = { attack: { script: 'attacks/steal.py', secret: 'canary' } };
    const exit = { status: 1, reason: 'exit', message: 'The program ended with status 1.' } as const;
    const trace = (error: string): RunEvent =>
      out(
        `Traceback (most recent call last):\r\n  File "/tmp/script.py", line 7, in <module>\r\n${error}\r\n`,
        2,
      );
    const outcome = (events: readonly RunEvent[], fields: object = ofPack): string =>
      judge(check(fields), evidence(events, { exit })).outcome;

    it('of its own proves nothing, and says where', () => {
      const given = judge(check(ofPack), evidence([row(1, {}), trace('IndexError: list index')], { exit }));
      expect(given).toMatchObject({ outcome: 'error', points: 0, message: 'Look here.' });
      expect(given.findings[0]).toMatchObject({
        text: expect.stringMatching(/an error of its own in line 7, .*: IndexError: list index\. So it says/),
        run: 3,
      });
      // A file that is not there was refused by nobody.
      const missing = row(1, { errno: 'ENOENT' });
      expect(outcome([missing, trace('FileNotFoundError: [Errno 2] No such file')])).toBe('error');
      // A script that cannot be read never ran, whatever the interpreter was refused before.
      const syntax = out('  File "/tmp/script.py", line 2\r\n    x =\r\nSyntaxError: invalid syntax\r\n', 2);
      expect(outcome([row(1, { verdict: 'deny', errno: 'EPERM' }), syntax])).toBe('error');
    });

    it('that follows from what stood in its way was tried', () => {
      const error = trace('PermissionError: [Errno 1] Operation not permitted');
      expect(outcome([row(1, { verdict: 'deny', errno: 'EPERM' }), error])).toBe('passed');
      expect(outcome([row(1, { verdict: 'fake' }), trace('ValueError: not what was expected')])).toBe(
        'passed',
      );
      expect(outcome([row(1, { errno: 'ENOSPC' }), error])).toBe('passed');
      const limit = { ...stamp, type: 'limit', limit: 'files', value: 3, ends: false, message: 'm' } as const;
      expect(outcome([limit, error])).toBe('passed');
    });

    it('is what its author meant, where they say so; a student’s own script is theirs; one that ends itself had tried', () => {
      const error = trace('KeyError: 1');
      expect(outcome([error], { attack: { ...ofPack.attack, mayFail: true } })).toBe('passed');
      expect(outcome([error], attack)).toBe('passed');
      expect(outcome([out('no luck\r\n', 2)])).toBe('passed');
    });

    it('does harm all the same', () => {
      expect(outcome([out('canary'), trace('KeyError: 1')])).toBe('failed');
    });
  });

  it('that could not be run is nobody’s success', () => {
    for (const reason of ['host', 'server', 'stopped'] as const)
      expect(judge(check(attack), evidence([], { exit: { status: 1, reason, message: 'm' } })).outcome).toBe(
        'error',
      );
    expect(
      judge(check(attack), {
        kind: 'nothing',
        blame: 'submission',
        message: 'no policy',
        file: 'policy.ts',
        line: 2,
      }),
    ).toMatchObject({
      outcome: 'failed',
      findings: [{ text: 'no policy', file: 'policy.ts', line: 2 }],
    });
    expect(
      judge(check(attack), evidence([], { exit: { status: 137, reason: 'protocol', message: 'm' } })).outcome,
    ).toBe('failed');
  });
});

describe('the other kinds', () => {
  it('tables give points for each test where the author says so', () => {
    const fields = {
      policyTests: [
        { call: 'll_os_open', path: '/tmp/a', mode: 'read', expect: 'allow' },
        {
          call: 'll_os_open',
          path: '/etc/a',
          mode: 'write',
          expect: 'deny',
          errno: 'EPERM',
          says: 'The rest is closed.',
        },
        { call: 'll_os_uname', expect: ['fake', 'modify'], sees: { nodename: 'x' } },
      ],
    };
    const decisions = [
      { verdict: 'allow', layer: 'student', label: 'a', line: 3, value: 3 },
      { verdict: 'deny', layer: 'student', label: 'b', line: 4, error: 'EACCES' },
      { verdict: 'fake', layer: 'student', label: 'c', line: 5, value: { nodename: 'x', sysname: 'y' } },
    ] as const;
    const tests = check(fields).policyTests as never;
    const given: CheckEvidence = { kind: 'policyTests', decisions };
    expect(judge(check(fields), given, tests)).toMatchObject({ points: 0 });
    const partial = judge(check({ ...fields, partial: true }), given, tests);
    expect(partial.points).toBeCloseTo(4 / 3);
    expect(partial.findings).toEqual([
      {
        text: 'The rest is closed. ll_os_open of /etc/a (write): expected deny with EPERM, but it is deny with EACCES, by line 4 of policy.ts.',
        file: 'policy.ts',
        line: 4,
      },
    ]);
  });

  it('searches pass where nothing was found, and say what was', () => {
    const fields = { property: { never: { access: 'write', outside: '/tmp' } } };
    expect(
      judge(check(fields), { kind: 'property', search: { kind: 'nothing', sequences: 10 } }).passed,
    ).toBe(true);
    expect(
      texts(fields, {
        kind: 'property',
        search: { kind: 'hole', words: '/etc/x was changed', script: 'x', line: 3, sequences: 1 },
      }),
    ).toEqual(['A counterexample: /etc/x was changed. x']);
    expect(judge(check(fields), { kind: 'property', search: { kind: 'failed', message: 'm' } }).outcome).toBe(
      'error',
    );
  });

  it('texts are looked into without running anything', () => {
    const fields = {
      code: { file: 'answer.txt', equals: 'deny\nallow', trim: true, ignoreCase: true, maxLines: 3 },
    };
    const given = (text: string | null): CheckEvidence => ({ kind: 'code', files: { 'answer.txt': text } });
    expect(judge(check(fields), given(' Deny \n\n\tALLOW\n')).passed).toBe(true);
    expect(texts(fields, given('deny\ndeny'))).toEqual([
      'Answer.txt is not "deny\\nallow": line 2 is "deny".'.replace('Answer', 'answer'),
    ]);
    expect(texts(fields, given('a\nb\nc\nd'))).toEqual(['answer.txt has 4 lines, more than 3.']);
    expect(texts(fields, given(null))).toEqual(['There is no file answer.txt.']);
  });
});

describe('a result', () => {
  it('is bounded, whatever a student printed', () => {
    const fields = {
      ...RUN,
      expect: { output: { equals: 'x' }, never: Array.from({ length: 40 }, () => ({ call: '*' })) },
    };
    const result = judge(
      check(fields),
      evidence([out('y'.repeat(100_000)), row(1, { args: { path: `/${'z'.repeat(600)}` } })]),
    );
    expect(result.findings).toHaveLength(MAX_FINDINGS);
    for (const { text } of result.findings) expect(text.length).toBeLessThanOrEqual(MAX_FINDING_CHARS);
  });

  it('shows of a hidden check what its author says, and nothing of what it ran', () => {
    const [shown] = shownResults([
      judge(check({ ...RUN, expect: { status: 1 }, hidden: true }), evidence([])),
    ]);
    expect(shown).toMatchObject({ message: 'Look here.', findings: [], passed: false });
  });

  it('that was not judged counts as not passed', () => {
    expect(unjudged(check({ ...RUN, expect: { status: 1 } }), 'It took too long.')).toMatchObject({
      outcome: 'error',
      points: 0,
    });
  });

  it('ticks the steps whose checks all pass', () => {
    const steps = [
      { title: 'a', checks: ['x', 'y'] },
      { title: 'b', checks: ['x'] },
      { title: 'c', checks: [] },
    ];
    expect(
      stepTicks({ steps }, [
        { id: 'x', passed: true },
        { id: 'y', passed: false },
      ]),
    ).toEqual([false, true, null]);
  });
});

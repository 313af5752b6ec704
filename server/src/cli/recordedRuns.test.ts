/** The commands about recorded runs and policies, as a person meets them. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallEvent, RunEvent, StartEvent } from '@sandtable/shared/events';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const TRACE = fileURLToPath(new URL('./fixtures/filesStandard.jsonl', import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sandtable-recorded-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function sandtable(...args: readonly string[]): { status: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, out: stdout, err: stderr };
}

function file(name: string, content: string): string {
  const place = path.join(folder, name);
  writeFileSync(place, content);
  return place;
}

const NO_LINKS = `import { deny, policy, standard, test } from 'sandtable';
export default policy({
  ...standard,
  rules: [deny('ll_os_symlink', { errno: 'EPERM' }), ...standard.rules],
});
export const tests = [
  test('deny', 'll_os_symlink', '/tmp/link', { errno: 'EPERM' }),
  test('allow', 'll_os_open', '/tmp/a', { mode: 'write' }),
];
`;

describe('sandtable replay', () => {
  it('says what changes, where that is decided, and what is a guess', () => {
    const { status, out } = sandtable('replay', '--policy', file('noLinks.ts', NO_LINKS), TRACE);
    expect(status).toBe(1);
    expect(out).toMatch(/1 call: allow → deny\n {2}Certain up to call \d+\./);
    expect(out).toMatch(/ll_os_symlink \/tmp\/link {2}allow → deny EPERM {2}\S*noLinks\.ts:4/);
  });

  it('has nothing to say of the policy of the run', () => {
    const { status, out } = sandtable('replay', '--policy', 'standard', TRACE);
    expect([status, out.includes('Nothing changes')]).toEqual([0, true]);
  });

  it('compares two policies, for a program', () => {
    const { status, out } = sandtable(
      'replay',
      '--policy',
      'standard',
      '--against',
      'lecture',
      '--json',
      TRACE,
    );
    expect(status).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      before: 'lecture',
      after: 'standard',
      changes: expect.arrayContaining([
        expect.objectContaining({ call: 'll_os_mkdir', before: expect.objectContaining({ errno: 'EPERM' }) }),
      ]),
    });
  });

  it.each([
    [['replay', TRACE], /takes one --policy/],
    [['replay', '--policy', 'standard', 'missing.jsonl'], /missing\.jsonl/],
    [['replay', '--policy', 'nobody', TRACE], /neither a file nor/],
    [['diff', TRACE], /takes two traces/],
    [['learn', '--choose', 'x', TRACE], /such as 3:folder/],
    [['learn', '--choose', '99:folder', TRACE], /no rule 99/],
  ])('wrong words %#', (args, message) => {
    const { status, err } = sandtable(...args);
    expect([status, err]).toEqual([2, expect.stringMatching(message)]);
  });

  it('names the line of a trace that is none', () => {
    const [start] = readFileSync(TRACE, 'utf8').split('\n');
    const broken = file('broken.jsonl', `${start!}\nnonsense\n{}\n`);
    expect(sandtable('replay', '--policy', 'standard', broken)).toMatchObject({
      status: 2,
      err: `${broken}:2:1: error: this line is no JSON object (not-a-trace)\n`,
    });
    // Cut in the middle of a row, as one that is being written.
    const cut = file('cut.jsonl', readFileSync(TRACE, 'utf8').slice(0, -500));
    expect(sandtable('replay', '--policy', 'standard', cut)).toMatchObject({
      status: 0,
      err: expect.stringMatching(/cut\.jsonl: .* how the run ended; it is known up to call \d+\n$/),
    });
    const later = file('later.jsonl', '{"seq":1,"t":0,"type":"start","version":99}\n');
    expect(sandtable('learn', later).err).toContain('version 99');
  });
});

describe('sandtable diff', () => {
  it('is content with a trace and itself, and shows what two runs did differently', () => {
    expect(sandtable('diff', TRACE, TRACE)).toMatchObject({
      status: 0,
      out: expect.stringContaining('The same'),
    });
    const other = fileURLToPath(new URL('./fixtures/filesLecture.jsonl', import.meta.url));
    const { status, out } = sandtable('diff', TRACE, other);
    expect(status).toBe(1);
    expect(out).toMatch(/^~ +\d+ +\d+ {2}ll_os_mkdir \/tmp\/d {2}allow → deny EPERM$/m);
    expect(JSON.parse(sandtable('diff', '--json', TRACE, other).out)).toMatchObject({
      byDifference: { verdict: 1 },
    });
  });
});

describe('sandtable learn', { timeout: 60_000 }, () => {
  it('prints a policy that can be checked and that allows the run, and what could be chosen', () => {
    const { status, out, err } = sandtable('learn', TRACE);
    expect(status).toBe(0);
    expect(err).toMatch(/--choose \d+:folder/);
    const learned = file('learned.ts', out);
    expect(sandtable('check', learned).out).toContain('nothing wrong');
    expect(JSON.parse(sandtable('replay', '--policy', learned, '--json', TRACE).out)).not.toMatchObject({
      byKinds: { 'allow>deny': expect.anything() },
    });
  });
});

describe('sandtable check', { timeout: 60_000 }, () => {
  it('counts the tests that pass, and names file and line of one that fails', () => {
    const good = file('good.ts', NO_LINKS);
    expect(sandtable('check', good)).toMatchObject({ status: 0, out: `${good}: 2 tests pass\n` });
    const bad = file('bad.ts', NO_LINKS.replace("test('allow'", "test('deny'"));
    const { status, out } = sandtable('check', bad);
    expect([status, out]).toEqual([
      1,
      expect.stringContaining(
        `${bad}:8:3: warning: Expected deny, but it is allow: the policy decides (allow('write', '/tmp/**'))`,
      ),
    ]);
  });
});

describe('sandtable run --audit', () => {
  it('performs what the policy would deny, and records that it would', () => {
    const script = file(
      'links.py',
      "import os\nos.symlink('/tmp/a', '/tmp/b')\nprint(os.readlink('/tmp/b'))\n",
    );
    const trace = path.join(folder, 'audit.jsonl');
    const policy = file('noLinks.ts', NO_LINKS);
    expect(sandtable('run', '--audit', '--policy', policy, '--trace', trace, script)).toMatchObject({
      status: 0,
      out: '/tmp/a\n',
    });
    const events = readFileSync(trace, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as RunEvent);
    const rules = new Map(events.filter((event) => event.type === 'rule').map(({ rule }) => [rule.id, rule]));
    const link = events.find(
      (event): event is CallEvent => event.type === 'call' && event.call === 'll_os_symlink',
    )!;
    expect(link).toMatchObject({ verdict: 'allow', would: { verdict: 'deny', errno: 'EPERM' } });
    expect(rules.get(link.would!.rule)).toMatchObject({ layer: 'student', at: { line: 4 } });
    expect(events[0] as StartEvent).toMatchObject({ type: 'start', audit: true });
  });
});

describe('sandtable run --trace-lines', () => {
  it('says of each call of the program which line made it; without, only of those that were denied', () => {
    const script = file('lines.py', 'import os\nos.getcwd()\ntry: os.fork()\nexcept RuntimeError: pass\n');
    const stacks = (...options: string[]): readonly (readonly [string, number | undefined])[] => {
      const trace = path.join(folder, 'lines.jsonl');
      expect(sandtable('run', ...options, '--trace', trace, script).status).toBe(0);
      return readFileSync(trace, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as RunEvent)
        .filter((event) => event.type === 'call')
        .filter(({ call }) => call === 'll_os_getcwd' || call === 'll_os_fork')
        .map(({ call, stack }) => [call, stack?.[0]?.line] as const);
    };
    expect(stacks()).toEqual([
      ['ll_os_getcwd', undefined],
      ['ll_os_fork', 3],
    ]);
    expect(stacks('--trace-lines')).toEqual([
      ['ll_os_getcwd', 2],
      ['ll_os_fork', 3],
    ]);
  });
});

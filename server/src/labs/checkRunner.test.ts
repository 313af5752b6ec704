/** Checks of a lab with real guests: results, evidence, regrading, cancelling. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { CheckResult } from '@sandtable/shared/labs/checkResult';
import { runEvent } from '@sandtable/shared/eventSchemas';
import { closeCheckThreads, runChecks, type CheckProgress } from './checkRunner.ts';
import { knownSubmission, labInstance, type LabInstance, type SubmittedFiles } from './labInstance.ts';
import { SMALL_LAB, smallLab } from './testing/smallLab.ts';

const root = mkdtempSync(path.join(tmpdir(), 'check-runner-'));
afterAll(async () => {
  await closeCheckThreads();
  rmSync(root, { recursive: true });
});

let folders = 0;
const nextFolder = (): string => path.join(root, String(++folders));

const manifest = SMALL_LAB['lab.yaml']!;

async function results(
  instance: LabInstance,
  files: SubmittedFiles,
  folder = nextFolder(),
): Promise<readonly CheckResult[]> {
  const checked = await runChecks({ instance, files, folder });
  if (!checked.ok) throw new Error(checked.message);
  return checked.results;
}

/** What an attempt comes to when it is judged again, and which checks had to run for it. */
async function again(
  earlier: string,
  instance: LabInstance,
  files: SubmittedFiles,
  folder = nextFolder(),
): Promise<{ readonly results: readonly CheckResult[]; readonly ran: readonly string[] }> {
  const ran: string[] = [];
  const checked = await runChecks({
    instance,
    files,
    folder,
    earlier,
    progress: ({ state, check }) => state === 'running' && ran.push(check),
  });
  if (!checked.ok) throw new Error(checked.message);
  return { results: checked.results, ran: ran.sort() };
}

function lost(given: readonly CheckResult[]): string[] {
  return given.filter(({ passed }) => !passed).map(({ id }) => id);
}

const lab = labInstance(smallLab(), 'seed', 'checks');

describe('checks', () => {
  it('give the solution all points and a wrong one what it deserves, and the evidence gives the same again', async () => {
    const folder = nextFolder();
    const solved = await results(lab, knownSubmission(lab, 'solution'), folder);
    expect(solved.map(({ id, outcome, points }) => [id, outcome, points])).toEqual([
      ['writes', 'passed', 3],
      ['secret', 'passed', 2],
      ['table', 'passed', 2],
      ['prediction', 'passed', 1],
    ]);
    const solution = knownSubmission(lab, 'solution');
    expect(await again(folder, lab, solution)).toEqual({ results: solved, ran: [] });

    const other = nextFolder();
    const wrong = await results(lab, knownSubmission(lab, 'wrong/open-door'), other);
    expect(lost(wrong)).toEqual(['secret', 'table']);
    expect(wrong[1]!.findings[0]).toMatchObject({
      text: `The output contains "${lab.values['canary']!}".`,
      run: 1,
    });
    expect(wrong[1]!.findings[0]!.row).toBeGreaterThanOrEqual(0);
    expect(wrong[2]).toMatchObject({ points: 1, message: 'One of the verdicts is another.' });
    expect(await again(other, lab, knownSubmission(lab, 'wrong/open-door'))).toEqual({
      results: wrong,
      ran: [],
    });

    // The trace of a run is a log as every other, and the row of the finding is in it.
    const events = readFileSync(path.join(other, 'runs/1/log.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => runEvent.parse(JSON.parse(line)));
    expect(events[0]!.type).toBe('start');
    expect(events.at(-1)!.type).toBe('exit');
    expect(events).toContainEqual(expect.objectContaining({ type: 'call', n: wrong[1]!.findings[0]!.row }));
    // Nothing of the pack's scripts stands in it.
    expect(JSON.stringify(events.filter(({ type }) => type === 'content'))).not.toContain('canary');
  });

  it('are judged anew by a mended check without running; what would run something else runs', async () => {
    const folder = nextFolder();
    await results(lab, knownSubmission(lab, 'solution'), folder);
    const mended = labInstance(
      smallLab({
        'lab.yaml': manifest
          .replace('output: { contains: written }', 'output: { contains: nothing of the kind }')
          .replace('weight: 3', 'weight: 30'),
        'attacks/steal.py': 'print(open("/secret/../secret/canary.txt").read())\n',
      }),
      'seed',
      'checks',
    );
    const second = nextFolder();
    const { results: anew, ran } = await again(folder, mended, knownSubmission(lab, 'solution'), second);
    expect(ran).toEqual(['secret']);
    expect(anew.map(({ id, outcome, points }) => [id, outcome, points])).toEqual([
      ['writes', 'failed', 0],
      ['secret', 'passed', 2],
      ['table', 'passed', 2],
      ['prediction', 'passed', 1],
    ]);
    // What came of it is evidence of its own: it can be judged again when the first attempt is gone.
    rmSync(folder, { recursive: true });
    expect(await again(second, mended, knownSubmission(lab, 'solution'))).toEqual({ results: anew, ran: [] });
  });

  it('of which the evidence is gone, or was never whole, run again', async () => {
    const folder = nextFolder();
    const solution = knownSubmission(lab, 'solution');
    const solved = await results(lab, solution, folder);
    rmSync(path.join(folder, 'runs/0/log.jsonl'));
    expect(await again(folder, lab, solution)).toEqual({ results: solved, ran: ['writes'] });
    writeFileSync(path.join(folder, 'evidence.json'), '{"format":');
    expect(await again(folder, lab, solution)).toEqual({
      results: solved,
      ran: ['secret', 'table', 'writes'],
    });
  });

  it('fail with the line where the policy does not compile, as an ordinary run is refused; texts are judged all the same', async () => {
    const files = new Map(knownSubmission(lab, 'solution'));
    files.set(
      'policy.ts',
      new TextEncoder().encode(
        "import { policy } from 'sandtable';\n\nexport default policy({ ruels: [] });\n",
      ),
    );
    const given = await results(lab, files);
    expect(lost(given)).toEqual(['writes', 'secret', 'table']);
    for (const each of given.slice(0, 3))
      expect(each).toMatchObject({ outcome: 'failed', findings: [{ file: 'policy.ts', line: 3 }] });
  });

  it('tell how far they are, in order, and nothing after the end', async () => {
    const told: CheckProgress[] = [];
    const checked = await runChecks({
      instance: lab,
      files: knownSubmission(lab, 'solution'),
      folder: nextFolder(),
      progress: (each) => told.push(each),
    });
    expect(checked.ok).toBe(true);
    const judged = told.filter(({ state }) => state === 'judged');
    expect(judged.map(({ check, done, total }) => [check, done, total])).toEqual([
      ['writes', 1, 4],
      ['secret', 2, 4],
      ['table', 3, 4],
      ['prediction', 4, 4],
    ]);
    expect(judged[0]!.result!.passed).toBe(true);
    expect(
      told
        .filter(({ state }) => state === 'running')
        .map(({ check }) => check)
        .sort(),
    ).toEqual(['secret', 'table', 'writes']);
  });

  it('can be cancelled, soon and without a result', async () => {
    const slow = labInstance(
      smallLab({ 'checks/write.py': 'while True: pass\n', 'attacks/steal.py': 'while True: pass\n' }),
      'seed',
      'checks',
    );
    const abort = new AbortController();
    const folder = nextFolder();
    const began = performance.now();
    const checked = await runChecks({
      instance: slow,
      files: knownSubmission(slow, 'solution'),
      folder,
      signal: abort.signal,
      progress: ({ state, check }) => {
        if (state === 'running' && check === 'secret') setTimeout(() => abort.abort(), 300);
      },
    });
    expect(checked).toMatchObject({ ok: false, code: 'cancelled' });
    expect(performance.now() - began).toBeLessThan(8_000);
    expect(existsSync(path.join(folder, 'evidence.json'))).toBe(false);
    // The threads are there for the next one.
    expect(lost(await results(lab, knownSubmission(lab, 'solution')))).toEqual([]);
  });

  it('do not write over an attempt', async () => {
    const folder = nextFolder();
    await results(lab, knownSubmission(lab, 'solution'), folder);
    expect(await runChecks({ instance: lab, files: new Map(), folder })).toMatchObject({
      ok: false,
      code: 'disk',
    });
  });
});

describe('a check', () => {
  /** The small lab with these checks alone, and more files. */
  function labWith(checks: string, more: { readonly [path: string]: string | null } = {}): LabInstance {
    const from = manifest.indexOf('checks:\n  - id: writes');
    const head = manifest
      .slice(0, from)
      .replace(/steps:\n.*\n/, '')
      .replace(/hints:\n.*\n/, '')
      .replace(', checks/* ]', ' ]');
    return labInstance(
      smallLab({
        'lab.yaml': `${head}checks:\n${checks}`,
        'wrong/open-door/policy.ts': null,
        'wrong/open-door/prediction.txt': null,
        ...more,
      }),
      'seed',
      'checks',
    );
  }

  it('of a limit, of input, of arguments, of files, of what was sent', async () => {
    const instance = labWith(
      `  - id: endless
    title: t
    message: m
    run: { script: checks/endless.py, limits: { cpuSeconds: 1 } }
    expect: { limit: cpuSeconds, status: 137 }
  - id: asks
    title: t
    message: m
    run: { script: checks/asks.py, args: [ one, "two words" ], input: "Ada\\n", files: { /tmp/given.txt: "given" } }
    expect: { status: 0, output: { contains: "Ada ['/tmp/script.py', 'one', 'two words'] given no more" } }
  - id: piped
    title: t
    message: m
    run: { script: checks/asks.py, input: "Bob\\n", pipes: true, policy: allow-all, files: { /tmp/given.txt: "" } }
    expect: { output: { contains: "Bob ['/tmp/script.py']  no more", from: stdout } }
  - id: talks
    title: t
    message: m
    run: { script: checks/talks.py, policy: allow-all }
    expect: { sent: { to: "quote:17", equals: "psst", connections: { min: 1, max: 1 } }, calls: { call: ll_socket_connect, path: "<10.7.0.1:17>", verdict: allow } }
  - id: bare
    title: t
    message: m
    run: { script: checks/looks.py, bare: true, policy: standard }
    expect: { output: { equals: "['script.py']\\n" }, files: { /tmp/notes.txt: absent, /secret/canary.txt: unchanged } }
  - id: whole
    title: t
    message: m
    run: { script: checks/looks.py, policy: standard }
    expect: { output: { equals: "['notes.txt', 'prediction.txt', 'script.py']\\n" } }
  - id: own
    title: t
    message: m
    honest: { script: script.py }
    expect: { output: { equals: "hello\\n" }, calls: { call: ll_os_write, path: "<stdout>" } }
  - id: search
    title: t
    message: m
    attempts: 1500
    property: { never: { access: write, outside: /tmp } }
`,
      {
        'checks/endless.py': 'while True: pass\n',
        'checks/asks.py': `import sys
name = input('Who? ')
more = []
try: more.append(input())
except EOFError: more = 'no more'
print(name, sys.argv, open('/tmp/given.txt').read(), more)
`,
        'checks/talks.py': "import socket\nsocket.create_connection(('quote', 17)).sendall(b'psst')\n",
        'checks/looks.py': "import os\nprint(sorted(os.listdir('/tmp')))\n",
      },
    );
    const given = await results(instance, knownSubmission(instance, 'solution'));
    expect(given.flatMap(({ findings }) => findings.map(({ text }) => text))).toEqual([]);
    expect(lost(given)).toEqual([]);
  });

  it('of a property finds the hole of a wrong policy, with the script and the line', async () => {
    const instance = labWith(`  - id: search
    title: t
    message: m
    property: { unread: /vault, files: { /vault/a.txt: "what nobody is to see" } }
`);
    const files = new Map(knownSubmission(instance, 'solution'));
    files.set('policy.ts', new TextEncoder().encode(SMALL_LAB['wrong/open-door/policy.ts']));
    const [given] = await results(instance, files);
    expect(given).toMatchObject({
      outcome: 'failed',
      findings: [{ text: expect.stringContaining('A counterexample:') }],
    });
  });

  it('of a property searches in the world of the lab; of an attack that falls over by itself is an error; of a policy that leaves no room is its own failure', async () => {
    const instance = labWith(
      `  - id: search
    title: t
    message: m
    property: { unread: /secret }
  - id: crash
    title: t
    message: m
    attack: { script: attacks/crash.py, secret: "{{canary}}" }
  - id: steal
    title: t
    message: m
    attack: { script: attacks/steal.py, secret: "{{canary}}" }
`,
      { 'attacks/crash.py': "import json\nprint(jsn.dumps('x'))\n" },
    );
    const withPolicy = (text: string): SubmittedFiles =>
      new Map(knownSubmission(instance, 'solution')).set('policy.ts', new TextEncoder().encode(text));
    const outcomes = async (files: SubmittedFiles): Promise<readonly string[]> =>
      (await results(instance, files)).map(
        ({ outcome, findings }) => `${outcome} ${findings[0]?.text.slice(0, 60) ?? ''}`,
      );
    expect(await outcomes(withPolicy(SMALL_LAB['wrong/open-door/policy.ts']!))).toEqual([
      expect.stringMatching(/^failed A counterexample: .*\/secret/),
      expect.stringMatching(/^error The attack ended by an error of its own in line 2/),
      expect.stringMatching(/^failed The output contains/),
    ]);
    expect(await outcomes(knownSubmission(instance, 'solution'))).toEqual([
      'passed ',
      expect.stringMatching(/^error /),
      'passed ',
    ]);
    // The bench has two files beside the script of the check, which is the lab's.
    const small = SMALL_LAB['solution/policy.ts']!;
    const roomFor = (files: number): SubmittedFiles =>
      withPolicy(small.replace('  rules:', `  quotas: { files: ${String(files)} },\n  rules:`));
    const tooSmall = "failed The policy's quotas.files (1) is too small for what the guest's";
    expect((await outcomes(roomFor(1))).slice(1)).toEqual([tooSmall.slice(0, 67), tooSmall.slice(0, 67)]);
    expect((await outcomes(roomFor(2))).slice(1)).toEqual([expect.stringMatching(/^error /), 'passed ']);
    const full = small.replace(
      '  rules:',
      "  mounts: { '/data': { files: { 'a/b.txt': 'ünï' } } },\n  quotas: { totalBytes: 4 },\n  rules:",
    );
    const [given] = await results(instance, withPolicy(full));
    expect(given).toMatchObject({ outcome: 'failed', findings: [{ file: 'policy.ts', line: 5 }] });
    expect(given!.findings[0]!.text).toContain('are 5 bytes already (5 in /data)');
  });

  it('runs under the policy of the lab, too, and says so', async () => {
    const base = labWith(
      `  - id: blocked
    title: t
    message: m
    honest: { script: checks/write.py }
`,
    ).pack;
    const instance = labInstance(
      smallLab({
        'lab.yaml': new TextDecoder()
          .decode(base.files.get('lab.yaml'))
          .replace('parameters:', 'policy: hidden/lab.ts\nparameters:'),
        'hidden/lab.ts':
          "import { policy, deny } from 'sandtable';\nexport default policy({ rules: [deny('write', '/tmp/out.txt', { errno: 'EROFS' })], otherwise: 'allow' });\n",
        'wrong/open-door/policy.ts': null,
        'wrong/open-door/prediction.txt': null,
      }),
      'seed',
      'checks',
    );
    const [given] = await results(instance, knownSubmission(instance, 'solution'));
    expect(given!.findings[0]!.text).toContain('deny EROFS, by the lab');
  });
});

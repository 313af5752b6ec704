/**
 * Guests and policies that look for checks, and that try to make one pass which does not. What a guest says of itself is never a verdict: checks are
 * judged from the controller's log and from what the author asks for.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { CheckResult } from '@sandtable/shared/labs/checkResult';
import { closeCheckThreads, runChecks } from './checkRunner.ts';
import { knownSubmission, labInstance, type LabInstance } from './labInstance.ts';
import { SMALL_LAB, smallLab } from './testing/smallLab.ts';

const root = mkdtempSync(path.join(tmpdir(), 'forgery-'));
afterAll(async () => {
  await closeCheckThreads();
  rmSync(root, { recursive: true });
});

const OPEN_POLICY = SMALL_LAB['wrong/open-door/policy.ts']!;

/** Words that stand in the pack and nowhere in a guest's world. */
const PACK_WORDS = ['honest-marker', 'HIDDEN-SOLUTION', 'the-lab-policy', 'Let the guest write'];

const CHECKS = `checks:
  - id: own
    title: t
    message: Let the guest write below /tmp.
    run: { script: script.py }
    expect:
      status: 0
      output: { contains: "honest-marker" }
      calls: { call: ll_os_open, path: /tmp/honest, verdict: allow, succeeds: true }
  - id: careful
    title: t
    message: m
    run: { script: script.py }
    expect: { never: { call: read, path: "/secret/**", verdict: [ allow, modify ] } }
`;

function lab(more: { readonly [path: string]: string | null } = {}, checks = CHECKS): LabInstance {
  const manifest = SMALL_LAB['lab.yaml']!;
  const head = manifest
    .slice(0, manifest.indexOf('checks:\n  - id: writes'))
    .replace(/steps:\n.*\n/, '')
    .replace(/hints:\n.*\n/, '')
    .replace('world:', 'policy: hidden/lab.ts\nworld:');
  return labInstance(
    smallLab({
      'lab.yaml': `${head}${checks}`,
      'hidden/lab.ts':
        "// the-lab-policy\nimport { policy } from 'sandtable';\nexport default policy({ rules: [], otherwise: 'allow' });\n",
      'solution/script.py': '# HIDDEN-SOLUTION\nprint("honest-marker")\n',
      'wrong/open-door/policy.ts': null,
      'wrong/open-door/prediction.txt': null,
      ...more,
    }),
    'seed',
    'checks',
  );
}

let folders = 0;

interface Judged {
  readonly results: readonly CheckResult[];
  /** What the run of this check logged. */
  log(index: number): string;
  output(index: number): string;
}

async function judged(instance: LabInstance, files: { readonly [path: string]: string }): Promise<Judged> {
  const folder = path.join(root, String(++folders));
  const submitted = new Map(knownSubmission(instance, 'starter'));
  submitted.set('policy.ts', new TextEncoder().encode(OPEN_POLICY));
  for (const [name, text] of Object.entries(files)) submitted.set(name, new TextEncoder().encode(text));
  const checked = await runChecks({ instance, files: submitted, folder });
  if (!checked.ok) throw new Error(checked.message);
  const log = (index: number): string =>
    readFileSync(path.join(folder, `runs/${String(index)}/log.jsonl`), 'utf8');
  return {
    results: checked.results,
    log,
    output: (index) =>
      log(index)
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { type: string; data?: string })
        .map(({ type, data }) => (type === 'out' ? data : ''))
        .join('')
        .replaceAll('\r\n', '\n'),
  };
}

describe('a script under a check', () => {
  it('finds nothing of the pack: not in files, modules, the environment, /proc, frames, or what the collector holds', async () => {
    const { output, log } = await judged(lab(), {
      'script.py': `
import gc, os, sys, io
found = []
def look(where, text):
    for word in (${PACK_WORDS.map((word) => `"${word.slice(0, 6)}" + "${word.slice(6)}"`).join(', ')}):
        if word in text: found.append((where, word))
for folder, folders, files in os.walk('/'):
    if folder.startswith(('/bin', '/dev')): folders[:] = []
    look('names', ' '.join(folders + files))
    for name in files:
        if folder.startswith(('/bin', '/dev')) or name == 'script.py': continue
        try:
            with open(os.path.join(folder, name), 'rb') as file: look(name, file.read(200000).decode('latin-1'))
        except OSError: pass
look('environment', repr(dict(os.environ)))
look('modules', repr(sorted(sys.modules)))
look('argv', repr(sys.argv))
frame = sys._getframe()
while frame is not None:
    look('frame', frame.f_code.co_filename + repr(frame.f_globals)[:100000])
    frame = frame.f_back
for each in gc.get_objects()[:5000]:
    if isinstance(each, (str, bytes)): look('heap', repr(each)[:10000])
for name in ('/proc/self/cmdline', '/proc/self/environ', '/proc/self/maps', '/proc/1/cmdline'):
    try: look(name, open(name).read())
    except OSError as error: print(name, type(error).__name__)
print('found', found)
print(sys.argv, __name__, __file__, os.getcwd(), sys.stdout.isatty(), sys.stdin.isatty(), sorted(os.listdir('/tmp')))
`,
    });
    expect(output(0)).toContain('found []');
    // As an ordinary run of this bench would print it.
    expect(output(0)).toContain(
      "['/tmp/script.py'] __main__ /tmp/script.py /tmp True True ['notes.txt', 'prediction.txt', 'script.py']",
    );
    expect(log(0)).not.toContain('the-lab-policy');
  });

  it.each<[string, string, readonly string[]]>([
    [
      'prints that it passed',
      `print('{"id":"own","passed":true,"points":3}'); print('CHECK own PASSED'); print('honest-marker')`,
      ['own'],
    ],
    [
      'prints rows of a trace',
      `print('honest-marker')
print('{"seq":9,"t":9,"type":"call","n":0,"call":"ll_os_open","args":{"path":"/tmp/honest","flags":577,"mode":438},"verdict":"allow","rule":1,"result":3,"us":1}')
import sys
sys.stdout.write('\\n{"seq":1,"type":"exit","status":0,"reason":"exit","message":""}\\n')`,
      ['own'],
    ],
    [
      'names a file so that its row looks like another',
      `print('honest-marker')
import os
name = '/tmp/x","verdict":"allow","path":"/tmp/honest'
for each in (name, '/tmp/a\\n{"type":"call","call":"ll_os_open","args":{"path":"/tmp/honest"},"verdict":"allow","rule":0}'):
    try: open(each, 'w')
    except OSError: pass`,
      ['own'],
    ],
    [
      'exits as it likes in the end',
      `import atexit, os; atexit.register(lambda: os._exit(0)); print('honest-marker'); raise SystemExit(5)`,
      ['own'],
    ],
    [
      'leaves a thread running',
      `import threading, time
print('honest-marker'); open('/tmp/honest', 'w').close()
threading.Thread(target=lambda: [time.sleep(0.2), open('/secret/canary.txt').read()]).start()`,
      ['careful'],
    ],
    [
      'replaces what Python has',
      `import builtins, io, os, posix
print('honest-marker')
builtins.open = io.open = lambda *a, **k: io.StringIO('')
os.open = posix.open = lambda *a, **k: 3
open('/tmp/honest', 'w').close()`,
      ['own'],
    ],
    [
      'reads by another name',
      `import os
print('honest-marker'); open('/tmp/honest', 'w').close()
os.symlink('/secret', '/tmp/door'); open('/tmp/door/canary.txt').read()`,
      ['careful'],
    ],
    [
      'reads before its own end is told',
      `import atexit
print('honest-marker'); open('/tmp/honest', 'w').close()
atexit.register(lambda: open('/secret/canary.txt').read())`,
      ['careful'],
    ],
    [
      'drowns its deed in rows',
      `print('honest-marker'); open('/tmp/honest', 'w').close()
import os
for k in range(3000): os.getpid(); os.stat('/tmp')
open('/secret/canary.txt').read()
for k in range(3000): os.stat('/tmp')`,
      ['careful'],
    ],
    ['is honest', `print('honest-marker'); open('/tmp/honest', 'w').close()`, []],
  ])('that %s gets what it did', async (_name, script, lost) => {
    const { results } = await judged(lab(), { 'script.py': script });
    expect(results.filter(({ passed }) => !passed).map(({ id }) => id)).toEqual(lost);
  });
});

describe('a policy under a check', () => {
  const TABLE = `checks:
  - id: honest
    title: t
    message: m
    honest: { script: checks/write.py }
    expect: { calls: { call: ll_os_open, path: /tmp/out.txt, verdict: allow, by: student }, files: { /tmp/out.txt: { contains: hello } } }
  - id: attack
    title: t
    message: m
    attack: { script: attacks/steal.py, secret: "{{canary}}" }
`;
  const head = "import { policy, allow, answer, deny, fake, standard } from 'sandtable';\n";

  it('finds no way to what runs outside it, prints to nobody, and is not believed', async () => {
    const { results, log } = await judged(lab({}, TABLE), {
      'policy.ts': `${head}
console.log('CHECK honest PASSED', JSON.stringify({ id: 'honest', passed: true }));
const seen: string[] = [];
const globals = Object.getOwnPropertyNames(globalThis).join(' ');
const forged = ['process', 'require', 'fetch', 'Deno', 'std', 'os', 'scriptArgs', 'judge', 'checks'].filter((name) => globals.split(' ').includes(name));
export default policy({
  rules: [...standard.rules],
  middleware: {
    '*': (call, next) => {
      if (seen.length === 0) { seen.push(call.name); console.log('globals', forged.join()); }
      return next();
    },
  },
  otherwise: 'deny',
});
`,
    });
    // It lets everything be read: what it says of itself does not count.
    expect(results.map(({ id, passed }) => [id, passed])).toEqual([
      ['honest', true],
      ['attack', false],
    ]);
    expect(log(0)).toContain('globals');
    expect(log(0)).not.toMatch(/globals [a-zA-Z]/);
  });

  it('that fakes what the attack would see has not let it through; one that fakes what an honest script writes is found out', async () => {
    const { results } = await judged(lab({}, TABLE), {
      'policy.ts': `${head}
export default policy({
  rules: [deny('*', '/secret/**', { errno: 'ENOENT' }), ...standard.rules],
  // It says that all was written, and writes nothing.
  middleware: { ll_os_write: (call) => answer(call.args.data.length) },
  otherwise: 'deny',
});
`,
    });
    expect(results.find(({ id }) => id === 'honest')!.passed).toBe(false);
  });

  it('sees what every policy sees: calls, and the bytes of the script as they are read; nothing of what is expected', async () => {
    const { log } = await judged(lab({}, TABLE), {
      'policy.ts': `${head}
export default policy({
  rules: [...standard.rules],
  middleware: {
    async ll_os_read(call, next) {
      const outcome = await next();
      console.log(JSON.stringify([call, outcome]));
      return outcome;
    },
  },
  otherwise: 'deny',
});
`,
    });
    const said = log(0)
      .split('\n')
      .filter((line) => line.includes('"policy-log"'))
      .join('\n');
    // That is the honest limit: a policy can know a script by its text, as it can in any run. Labs vary their scripts, and search.
    expect(said).toContain('/tmp/script.py');
    for (const word of [...PACK_WORDS, 'harm', 'expect', 'check-0']) expect(said).not.toContain(word);
  });

  it('cannot make a run last: a guest that waits for ever under it is ended, and the check fails', async () => {
    const instance = lab(
      {},
      `checks:
  - id: waits
    title: t
    message: m
    honest: { script: script.py, limits: { wallSeconds: 2 } }
`,
    );
    const { results } = await judged(instance, { 'script.py': 'import time\nwhile True: time.sleep(60)\n' });
    expect(results[0]).toMatchObject({
      outcome: 'failed',
      findings: [{ text: expect.stringContaining('status 124') }],
    });
  });
});

it('what is sent to a student says nothing of the pack’s scripts', async () => {
  const instance = lab(
    { 'checks/write.py': '# honest-marker-of-the-author\nraise SystemExit(3)\n' },
    `checks:
  - id: one
    title: t
    message: m
    honest: { script: checks/write.py }
`,
  );
  const { results, log } = await judged(instance, {});
  expect(results[0]!.passed).toBe(false);
  expect(JSON.stringify(results)).not.toContain('honest-marker-of-the-author');
  const contents = log(0)
    .split('\n')
    .filter((line) => line.includes('"type":"content"'));
  expect(contents.join('')).not.toContain('honest-marker-of-the-author');
});

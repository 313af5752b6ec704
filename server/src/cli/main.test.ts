/** The command line as a person meets it: a process with arguments, streams and an exit status. */
import { spawn } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '@sandtable/shared/events';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sandtable-cli-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

function sandtable(
  args: readonly string[],
  options: { readonly input?: string; readonly signal?: NodeJS.Signals } = {},
): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [MAIN, ...args], { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    let signalled = false;
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      // Once: a second one would meet the program at its end.
      if (options.signal !== undefined && !signalled && out.includes('ready')) {
        signalled = true;
        child.kill(options.signal);
      }
    });
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
    });
    child.on('close', (status) => {
      resolve({ status, out, err });
    });
    if (options.input !== undefined) child.stdin.end(options.input);
    else if (options.signal === undefined) child.stdin.end();
  });
}

function file(name: string, content: string): string {
  const place = path.join(folder, name);
  mkdirSync(path.dirname(place), { recursive: true });
  writeFileSync(place, content);
  return place;
}

describe('sandtable run', () => {
  it('runs a script with its arguments and gives its status', async () => {
    const script = file(
      'a.py',
      'import sys; print(sys.argv[1:], sys.stdin.read()); print("oops", file=sys.stderr); sys.exit(7)',
    );
    expect(await sandtable(['run', script, '--x', 'y'], { input: 'typed' })).toEqual({
      status: 7,
      out: "['--x', 'y'] typed\n",
      err: 'oops\n',
    });
  });

  it('prompts without a script', async () => {
    const { status, out } = await sandtable(['run', '--policy', 'lecture'], {
      input: "import os\nprint(os.listdir('/'))\n",
    });
    expect(status).toBe(0);
    expect(out).toContain("['bin', 'dev', 'tmp']");
  });

  it('times out with 124 and says so', async () => {
    const { status, err } = await sandtable(['run', '--timeout', '0.5', file('b.py', 'while True: pass')]);
    expect([status, err]).toEqual([124, 'sandtable: The run took longer than 0.5 seconds.\n']);
  });

  it('ends with 137 at a limit of the policy and says which', async () => {
    const policy = file(
      'limited.ts',
      "import { policy, standard } from 'sandtable';\nexport default policy({ ...standard, limits: { outputBytes: 1000 } });",
    );
    const { status, err } = await sandtable([
      'run',
      '--policy',
      policy,
      file('c.py', "while True: print('x' * 100)"),
    ]);
    expect(status).toBe(137);
    expect(err).toContain('printed more than');
  });

  it('honours --heapsize', async () => {
    const script = file(
      'd.py',
      'try:\n    x = bytearray(100 << 20)\nexcept MemoryError:\n    print("no room")',
    );
    expect((await sandtable(['run', '--heapsize', '64m', script])).out).toBe('no room\n');
    expect((await sandtable(['run', '--heapsize=256m', script])).out).toBe('');
  });

  it('gives a Ctrl-C to the guest', async () => {
    const script = file(
      'e.py',
      'import time\ntry:\n    print("ready", flush=True)\n    time.sleep(20)\nexcept KeyboardInterrupt: print("caught")',
    );
    expect(await sandtable(['run', script], { signal: 'SIGINT' })).toMatchObject({
      status: 0,
      out: 'ready\ncaught\n',
    });
  });

  it('ends well when its reader goes away', async () => {
    const script = file('f.py', "while True: print('x' * 1000)");
    const child = spawn(process.execPath, [MAIN, 'run', script], { stdio: ['ignore', 'pipe', 'ignore'] });
    child.stdout.once('data', () => {
      child.stdout.destroy();
    });
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(141);
  });

  it('shows a folder as /tmp, never writes there, and keeps changes where it is told to', async () => {
    const real = path.join(folder, 'real');
    file('real/in.txt', 'from the folder');
    file('real/gone.txt', 'x');
    file(
      'real/sub/deep.py',
      `
import os
print(open('/tmp/in.txt').read())
open('/tmp/in.txt', 'a').write(', changed')
os.unlink('/tmp/gone.txt')
os.makedirs('/tmp/new/folder')
open('/tmp/new/folder/a', 'w').write('new')
os.chmod('/tmp/new/folder/a', 0o4755)
os.symlink('/etc', '/tmp/link')
`.replace(/open\((.*?), '([aw])'\)\.write\((.*?)\)/g, "f = open($1, '$2'); f.write($3); f.close()"),
    );
    const { status, out, err } = await sandtable([
      'run',
      '--tmp',
      real,
      '--keep',
      path.join(folder, 'kept'),
      'sub/deep.py',
    ]);
    expect([status, out]).toEqual([0, 'from the folder\n']);
    expect(readdirSync(real).sort()).toEqual(['gone.txt', 'in.txt', 'sub']);
    expect(readFileSync(path.join(real, 'in.txt'), 'utf8')).toBe('from the folder');
    expect(readFileSync(path.join(folder, 'kept/in.txt'), 'utf8')).toBe('from the folder, changed');
    expect(readFileSync(path.join(folder, 'kept/new/folder/a'), 'utf8')).toBe('new');
    expect(lstatSync(path.join(folder, 'kept/new/folder/a')).mode & 0o7777).toBe(0o755);
    expect(existsSync(path.join(folder, 'kept/link'))).toBe(false);
    expect(err).toContain('/tmp/link: symbolic links are not kept');
  });

  it('keeps nothing through a link in the folder that it keeps in', async () => {
    const trap = path.join(folder, 'trap');
    const outside = path.join(folder, 'outside');
    mkdirSync(trap);
    mkdirSync(outside);
    symlinkSync(outside, path.join(trap, 'd'));
    symlinkSync(path.join(outside, 'f'), path.join(trap, 'f'));
    const script = file(
      'g.py',
      "import os\nos.mkdir('/tmp/d')\nfor p in ('/tmp/d/x', '/tmp/f'):\n    with open(p, 'w') as f: f.write('x')",
    );
    const { err } = await sandtable(['run', '--keep', trap, script]);
    expect(readdirSync(outside)).toEqual([]);
    expect(err).toContain('not kept: /tmp/d/x');
    expect(err).toContain('not kept: /tmp/f');
  });

  it('writes a trace that is documented and a log of what was said', async () => {
    const trace = path.join(folder, 'trace.jsonl');
    const log = path.join(folder, 'log.txt');
    const script = file('h.py', "print(input('name? '))");
    await sandtable(['run', '--trace', trace, '--log', log, script], { input: 'Ada\n' });
    const events = readFileSync(trace, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as RunEvent);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, k) => k + 1));
    expect(events[0]).toMatchObject({ type: 'start', version: 1, policy: 'standard' });
    expect(events.at(-1)).toMatchObject({ type: 'exit', status: 0 });
    expect(
      events.some(
        (event) => event.type === 'call' && event.call === 'll_os_open' && event.args['path'] === '/tmp/h.py',
      ),
    ).toBe(true);
    expect(readFileSync(log, 'utf8')).toBe('Ada\nname? Ada\n');
  });

  it('shows calls with --verbose', async () => {
    const { err } = await sandtable([
      'run',
      '--verbose',
      file('i.py', "import os\ntry: os.mkdir('/etc/x')\nexcept OSError: pass"),
    ]);
    expect(err).toMatch(/^ll_os_mkdir\(path="\/etc\/x", mode=511\) = \w+ {2}\[deny.*\]$/m);
  });

  it.each([
    [['run', '--nonsense'], 'unknown option --nonsense'],
    [['run', '--timeout'], '--timeout needs a value'],
    [['run', '--timeout', 'soon', 'x.py'], "not 'soon'"],
    [['run', '--heapsize', '5q', 'x.py'], "not '5q'"],
    [['run', 'missing.py'], 'there is no such file'],
    [['run', '--policy', 'missing.ts', 'a.py'], 'neither a file nor'],
    [['run', '--tmp', 'missing', 'a.py'], 'is no folder'],
    [['dance'], 'unknown command dance'],
    [['--dance'], 'unknown option --dance'],
  ])('refuses %j', async (args, message) => {
    const { status, err } = await sandtable(args);
    expect(status).toBe(2);
    expect(err).toContain(message);
  });

  it('points at what is wrong with a policy, and runs nothing', async () => {
    const policy = file(
      'wrong.ts',
      "import { policy, deny } from 'sandtable';\nexport default policy({\n  rules: [deny('writ', '/tmp/**')],\n});\n",
    );
    const { status, out, err } = await sandtable(['run', '--policy', policy, file('j.py', 'print("ran")')]);
    expect([status, out]).toEqual([2, '']);
    expect(err).toMatch(new RegExp(`^${policy}:3:\\d+: error: `));
  });
});

describe('sandtable', () => {
  it('helps', async () => {
    expect(await sandtable(['--help'])).toMatchObject({ status: 0, err: '' });
    expect((await sandtable(['run', '--help'])).out).toContain('--heapsize');
  });

  it('doctor says that guests can run here', async () => {
    const { status, out } = await sandtable(['doctor']);
    expect(out).toContain('Guests can run.');
    expect(out).toMatch(/PyPy {7}7\./);
    expect(status).toBe(0);
  });
});

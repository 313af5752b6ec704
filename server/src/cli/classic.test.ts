/** The command line with a classic sandbox: the stand-in of `sandbox/classic/testing`. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeClassic, type FakeClassic } from '../sandbox/classic/testing/fakeClassic.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

let folder: string;
let build: FakeClassic;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sandtable-cli-classic-'));
  build = fakeClassic();
  writeFileSync(path.join(folder, 'a.py'), 'out("heap %d\\n" % HEAP)\nout("%r\\n" % call("listdir", "/"))\n');
});
afterAll(() => {
  build.remove();
  rmSync(folder, { recursive: true, force: true });
});

function sandtable(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): { readonly status: number | null; readonly out: string; readonly err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd: folder,
    env: { ...process.env, ...env },
    input: '',
    encoding: 'utf8',
  });
  return { status, out: stdout, err: stderr };
}

describe('sandtable with a classic sandbox', () => {
  it('runs it by its path, with the heap that was asked for, and traces it', () => {
    const trace = path.join(folder, 'trace.jsonl');
    const ran = sandtable([
      'run',
      '--engine',
      `classic:${path.relative(folder, build.executable)}`,
      '--heapsize',
      '40m',
      '--trace',
      trace,
      'a.py',
    ]);
    expect(ran).toEqual({
      status: 0,
      out: `heap ${String(40 * 1024 ** 2)}\n[b'bin', b'dev', b'tmp']\n`,
      err: '',
    });
    const lines = readFileSync(trace, 'utf8').trim().split('\n');
    expect(JSON.parse(lines[0]!)).toMatchObject({
      type: 'start',
      engine: 'PyPy, classic sandbox, Python 2.7',
    });
    expect(lines.some((line) => line.includes('"call":"ll_os_envitems"'))).toBe(true);
  });

  it('takes it from the environment, unless it is told otherwise', () => {
    const env = { SANDTABLE_CLASSIC: build.executable };
    expect(sandtable(['run', 'a.py'], env).out).toContain('heap ');
    expect(sandtable(['run', '--engine', 'pypy', 'a.py'], env).err).toContain("name 'out' is not defined");
  });

  it('says what it found, what holds it, and what does not', () => {
    const { status, out } = sandtable(['doctor'], { SANDTABLE_CLASSIC: build.executable });
    expect(status).toBe(0);
    expect(out).toContain(build.executable);
    expect(out).toMatch(/filter +none/);
    expect(out).toMatch(/walls +an empty environment/);
    expect(out).toContain('Guests can run.');
  });

  it('refuses what is none', () => {
    expect(sandtable(['run', '--engine', 'jython', 'a.py'])).toMatchObject({ status: 2, out: '' });
    expect(sandtable(['run', '--engine', 'classic:/usr/bin/pypy3', 'a.py'])).toMatchObject({
      status: 1,
      out: '',
      err: expect.stringContaining('is no sandbox') as string,
    });
    expect(sandtable(['doctor'], { SANDTABLE_CLASSIC: '/usr/bin/pypy3' })).toMatchObject({
      status: 1,
      out: expect.stringContaining('Guests cannot run.') as string,
    });
  });
});

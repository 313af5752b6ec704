/**
 * Runs a module of the standard library's tests inside a guest.
 *
 * A test that takes the guest down with it (a crash, a hang that no alarm ends) is told as `died`; the module is then run again without
 * it, so that one such test does not hide the others.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { clampLimits } from '@sandtable/shared/limits';
import { startRun, type RunSink } from '../src/sandbox/index.ts';
import { loadPolicy } from '../src/sandbox/policy/loadPolicy.ts';

/** The standard policy, with room for what the tests do. Code that starts a program to ask it something takes an OSError for an answer. */
const POLICY = `
import { deny, policy, standard } from 'sandtable';
export default policy({
  mounts: { '/tmp': { mode: 'read-write' } },
  quotas: { fileBytes: 32_000_000, totalBytes: 128_000_000, files: 20_000, descriptors: 1024 },
  rules: [deny('ll_os_fork', { errno: 'EPERM', why: 'This guest has to do everything by itself.' }), ...standard.rules],
  limits: { heapBytes: 1_000_000_000, cpuSeconds: 900, wallSeconds: 900, threads: 128 },
  otherwise: 'deny',
});`;

const RUNNER = readFileSync(new URL('./runTests.py', import.meta.url));

/** One test may take this long; on a busy machine those that wait for real seconds take several. */
const TEST_SECONDS = 40;

/** A guest that says nothing for so long has died in all but name. */
const SILENCE_MS = 60_000;

/** Guests that one module may cost. */
const MAX_DEATHS = 12;

export type End = 'pass' | 'fail' | 'skip' | 'died';

export interface TestEnd {
  readonly test: string;
  readonly end: End;
  /** The last line of the error, or why the test skips itself. */
  readonly why: string;
  readonly ms: number;
}

export interface ModuleRun {
  readonly module: string;
  readonly ends: readonly TestEnd[];
  readonly seconds: number;
}

/** Takes the lines of one process and knows which test it was at. */
class Transcript {
  readonly ends: TestEnd[] = [];
  current: string | null = null;
  done = false;
  #rest = '';
  readonly #times = new Map<string, number>();

  take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop()!;
    for (const line of lines) if (line.startsWith('@@ ')) this.#line(line.slice(3));
  }

  #line(json: string): void {
    const told = JSON.parse(json) as { test: string; end: End | 'began' | 'done'; why?: string; ms?: number };
    if (told.end === 'done') this.done = true;
    else if (told.end === 'began') this.current = told.test;
    else {
      this.current = null;
      if (told.test === '(module)') this.done = true;
      this.ends.push({ test: this.#unique(told.test), end: told.end, why: told.why ?? '', ms: told.ms ?? 0 });
    }
  }

  /** Some modules load a test twice. */
  #unique(test: string): string {
    const times = (this.#times.get(test) ?? 0) + 1;
    this.#times.set(test, times);
    return times === 1 ? test : `${test} (${String(times)})`;
  }
}

type Attempt = (args: readonly string[], transcript: Transcript) => Promise<string>;

async function runWith(
  attempt: Attempt,
  module: string,
  leaveOut: readonly string[],
  only: readonly string[],
): Promise<ModuleRun> {
  const began = performance.now();
  const died: TestEnd[] = [];
  for (;;) {
    const transcript = new Transcript();
    const gone = [...leaveOut, ...died.map(({ test }) => test)];
    const choice = only.length > 0 ? ['--', ...only] : [];
    const how = await attempt([String(TEST_SECONDS), module, ...gone, ...choice], transcript);
    if (transcript.done || died.length >= MAX_DEATHS || transcript.current === null) {
      const whole = transcript.done ? [] : [{ test: '(module)', end: 'died' as const, why: how, ms: 0 }];
      const ends = [...transcript.ends, ...died, ...whole];
      return { module, ends, seconds: (performance.now() - began) / 1000 };
    }
    died.push({ test: transcript.current, end: 'died', why: how, ms: 0 });
  }
}

/** In a guest, under the standard policy; `leaveOut` are patterns, `only` names. */
export function runInGuest(
  module: string,
  leaveOut: readonly string[] = [],
  only: readonly string[] = [],
): Promise<ModuleRun> {
  return runWith(inGuest, module, leaveOut, only);
}

/** In the same interpreter without a sandbox, to tell what is the interpreter's own doing. */
export function runPlain(module: string, leaveOut: readonly string[] = []): Promise<ModuleRun> {
  return runWith(plainly, module, leaveOut, []);
}

const inGuest: Attempt = async (args, transcript) => {
  const loaded = await loadPolicy(POLICY);
  if (!loaded.ok) throw new Error(loaded.diagnostics.map(({ message }) => message).join('\n'));
  const timer = setTimeout(() => {
    handle.stop();
  }, SILENCE_MS);
  const sink: RunSink = {
    call: () => undefined,
    event: (body) => {
      if (body.type !== 'out') return;
      transcript.take(body.data);
      timer.refresh();
    },
    outputRoom: () => Infinity,
    onOutputRoom: null,
  };
  const handle = startRun({
    run: 'conformance',
    mode: 'script',
    script: '/tmp/runTests.py',
    args,
    files: [{ path: '/tmp/runTests.py', data: RUNNER }],
    engine: loaded.engine,
    policy: 'conformance',
    limits: clampLimits(loaded.engine.world.limits),
    stdio: { kind: 'pipes' },
    sink,
  });
  handle.eof();
  const exit = await handle.done;
  clearTimeout(timer);
  return `${exit.reason}${exit.message === undefined ? '' : `: ${exit.message}`}`;
};

const plainly: Attempt = (args, transcript) =>
  new Promise((resolve, reject) => {
    const child = spawn('pypy3', ['-', ...args], { stdio: ['pipe', 'pipe', 'ignore'], cwd: '/tmp' });
    const timer = setTimeout(() => child.kill('SIGKILL'), SILENCE_MS);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      transcript.take(text);
      timer.refresh();
    });
    child.on('error', reject);
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      resolve(signal ?? String(status));
    });
    child.stdin.end(RUNNER);
  });

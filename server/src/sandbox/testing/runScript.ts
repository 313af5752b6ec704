/** Runs guests for tests: real host, real policy, events kept. */
import type { CallEvent } from '@sandtable/shared/events';
import { clampLimits } from '@sandtable/shared/limits';
import type { RunLimits } from '@sandtable/shared/policy/model';
import {
  startRun,
  type RealFolder,
  type RunExit,
  type RunHandle,
  type RunSink,
  type SideEvent,
  type StartFile,
  type Stdio,
  type Zygotes,
} from '../index.ts';
import type { Interpreter } from '../interpreters.ts';
import type { Network } from '../net/network.ts';
import { zygoteSpecOf } from '../zygotes.ts';
import { loadBuiltIn, loadPolicy } from '../policy/loadPolicy.ts';

export interface ScriptOptions {
  /** Name of a built-in policy, or the source of one; `standard` by default. */
  readonly policy?: string;
  readonly limits?: Partial<RunLimits>;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly folders?: readonly RealFolder[];
  readonly args?: readonly string[];
  readonly stdio?: Stdio;
  /** Given to standard input, which then ends. */
  readonly input?: string;
  readonly repl?: boolean;
  /** Forked from a zygote, which is made ready first; from nothing by default. */
  readonly zygotes?: Zygotes;
  /** From a zygote whose interpreter has not started. */
  readonly cold?: boolean;
  readonly interpreter?: Interpreter;
  readonly lines?: boolean;
  readonly network?: Network;
  /** Room that the consumer of the output has; endless by default. */
  readonly outputRoom?: () => number;
}

export interface ScriptRun {
  readonly handle: RunHandle;
  readonly events: SideEvent[];
  /** Everything shown so far, and what of it came from the given descriptors. */
  text(...fds: (0 | 1 | 2)[]): string;
  rows(): CallEvent[];
  /** Resolves when the text shown contains this, counted from where the last match ended. */
  shows(text: string): Promise<void>;
  readonly sink: RunSink;
}

export interface Finished extends ScriptRun {
  readonly exit: RunExit;
  readonly out: string;
}

const TTY: Stdio = { kind: 'tty', size: { cols: 80, rows: 24 } };

/** Starts a script (or the prompt) and returns at once; null for one that a folder brings along. */
export async function startScript(script: string | null, options: ScriptOptions = {}): Promise<ScriptRun> {
  const named = options.policy ?? 'standard';
  const loaded =
    named === 'standard' || named === 'lecture' ? await loadBuiltIn(named) : await loadPolicy(named);
  if (!loaded.ok)
    throw new Error(loaded.diagnostics.map(({ line, message }) => `${String(line)}: ${message}`).join('\n'));
  const events: SideEvent[] = [];
  const tails: string[] = [];
  let shown = '';
  let seen = 0;
  const waiting: { readonly text: string; readonly resolve: () => void }[] = [];
  const look = (): void => {
    while (waiting.length > 0) {
      const { text, resolve } = waiting[0]!;
      const at = shown.indexOf(text, seen);
      if (at < 0) return;
      seen = at + text.length;
      waiting.shift();
      resolve();
    }
  };
  const sink: RunSink = {
    call: (tail) => {
      tails.push(tail);
    },
    event: (body) => {
      events.push(body);
      if (body.type !== 'out') return;
      shown += body.data;
      look();
    },
    outputRoom: options.outputRoom ?? (() => Infinity),
    onOutputRoom: null,
  };
  const files: StartFile[] = Object.entries(options.files ?? {}).map(([path, data]) => ({
    path,
    data: typeof data === 'string' ? Buffer.from(data) : data,
  }));
  const mode = options.repl === true ? 'repl' : 'script';
  const limits = clampLimits(loaded.engine.world.limits, { wallSeconds: 15 }, options.limits);
  const stdio = options.stdio ?? (options.input === undefined ? TTY : { kind: 'pipes' });
  if (options.zygotes !== undefined)
    await options.zygotes.prepare(zygoteSpecOf(loaded.engine, mode, stdio, limits, options.cold));
  const handle = startRun({
    run: 'test-run',
    mode,
    script: '/tmp/script.py',
    args: options.args ?? [],
    folders: options.folders ?? [],
    files:
      options.repl === true || script === null
        ? files
        : [{ path: '/tmp/script.py', data: Buffer.from(script) }, ...files],
    engine: loaded.engine,
    policy: named.length < 20 ? named : 'policy.ts',
    limits,
    stdio,
    sink,
    ...(options.zygotes === undefined ? {} : { zygotes: options.zygotes }),
    ...(options.cold === undefined ? {} : { cold: options.cold }),
    ...(options.lines === undefined ? {} : { lines: options.lines }),
    ...(options.network === undefined ? {} : { network: options.network }),
    ...(options.interpreter === undefined ? {} : { interpreter: options.interpreter }),
  });
  if (options.input !== undefined) {
    handle.input(options.input);
    handle.eof();
  }
  return {
    handle,
    events,
    sink,
    text: (...fds) =>
      events
        .map((event) =>
          event.type === 'out' && (fds.length === 0 || fds.includes(event.fd)) ? event.data : '',
        )
        .join(''),
    rows: () => tails.map((tail) => JSON.parse(`{"seq":0,"t":0,${tail}`) as CallEvent),
    shows: (text) =>
      new Promise((resolve) => {
        waiting.push({ text, resolve });
        look();
      }),
  };
}

/** Runs a script to its end. */
export async function runScript(script: string | null, options: ScriptOptions = {}): Promise<Finished> {
  const run = await startScript(script, options);
  return finish(run);
}

export async function finish(run: ScriptRun): Promise<Finished> {
  const exit = await run.handle.done;
  return { ...run, exit, out: run.text().replaceAll('\r\n', '\n') };
}

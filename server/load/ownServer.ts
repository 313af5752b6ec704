/**
 * A server in a process of its own, with a data folder of its own: what load is put on.
 *
 * It stands in a session of its own, as one that was started at another terminal would: the kernel shares a processor out among
 * sessions first. It ends when we end, however that happens, because the channel between us closes.
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { preferSession } from './preferUs.ts';
import { familyOf, isAlive } from './processes.ts';
import type { ProcessEntry } from './processes.ts';
import type { FromServer, HeapReport, ToServer } from './serverProcess.ts';

const ENTRY = fileURLToPath(new URL('./serverProcess.ts', import.meta.url));

/** A server that is not up by then will not come up. */
const START_LIMIT_MS = 30_000;

/** It gives itself less to close in. */
const CLOSE_LIMIT_MS = 10_000;

/** Whoever was killed takes a moment to be gone. */
const GONE_LIMIT_MS = 3_000;
const LOOK_MS = 50;

/** How often the processes below the server are noted, so that one which loses its parent is found again at the end. */
const NOTE_MS = 1_000;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const STOPPED_STATUS = 130;

/** What is still there after the server's end; all of it should be empty. */
export interface Leftovers {
  readonly processes: readonly ProcessEntry[];
  readonly files: readonly string[];
  readonly portOpen: boolean;
}

export class OwnServer {
  readonly url: string;
  readonly dataDir: string;
  /** Where it puts temporary files. */
  readonly temporaryDir: string;
  /** What it printed to standard error, newest last: a server under load has nothing to say there. */
  readonly complaints: readonly string[];
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #seen = new Map<string, ProcessEntry>();
  readonly #noting: NodeJS.Timeout;
  readonly #first: boolean;
  /** Whoever ends us ends the server with us, and its files. */
  readonly #interrupted = (): void => void this.close().then(() => process.exit(STOPPED_STATUS));

  private constructor(
    child: ChildProcess,
    url: string,
    dataDir: string,
    complaints: string[],
    ended: Promise<void>,
    first: boolean,
  ) {
    this.#first = first;
    this.#child = child;
    this.url = url;
    this.dataDir = dataDir;
    this.temporaryDir = temporaryIn(dataDir);
    this.complaints = complaints;
    this.#ended = ended;
    this.#noting = setInterval(() => this.#note(), NOTE_MS);
    for (const signal of SIGNALS) process.once(signal, this.#interrupted);
  }

  /**
   * `measured`: it can be asked for its heaps ({@link OwnServer.heap}); costs a little. `first`: it and all below it go before the machine's
   * other work.
   */
  static async start(
    options: { readonly measured?: boolean; readonly first?: boolean } = {},
  ): Promise<OwnServer> {
    const dataDir = mkdtempSync(path.join(tmpdir(), 'sandtable-load-'));
    mkdirSync(temporaryIn(dataDir));
    const measured = options.measured === true;
    const child = fork(ENTRY, [dataDir, ...(measured ? ['measured'] : [])], {
      detached: true,
      env: { ...process.env, TMPDIR: temporaryIn(dataDir) },
      execArgv: measured ? ['--expose-gc'] : [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const complaints: string[] = [];
    child.stderr!.setEncoding('utf8').on('data', (text: string) => complaints.push(text.trimEnd()));
    const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
    const url = await new Promise<string | null>((resolve) => {
      const timer = setTimeout(() => resolve(null), START_LIMIT_MS);
      child.once('message', (message: FromServer) => {
        clearTimeout(timer);
        resolve(message.type === 'ready' ? message.url : null);
      });
      void ended.then(() => resolve(null));
    });
    if (url === null) {
      child.kill('SIGKILL');
      rmSync(dataDir, { recursive: true, force: true });
      throw new Error(`the server did not start; try npm start. ${complaints.join('\n')}`);
    }
    return new OwnServer(child, url, dataDir, complaints, ended, options.first === true);
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Heaps after a garbage collection in every thread; only of a server that was started `measured`. */
  heap(): Promise<HeapReport> {
    return new Promise((resolve, reject) => {
      void this.#ended.then(() => reject(new Error('the server has ended')));
      this.#child.once('message', (message: FromServer) => {
        if (message.type === 'heap') resolve(message.report);
      });
      this.#child.send({ type: 'heap' } satisfies ToServer);
    });
  }

  /** Ends it as an operator would, and says what is left: nothing, unless something is wrong. */
  async close(): Promise<Leftovers> {
    clearInterval(this.#noting);
    for (const signal of SIGNALS) process.off(signal, this.#interrupted);
    this.#note();
    const killer = setTimeout(() => this.#child.kill('SIGKILL'), CLOSE_LIMIT_MS);
    this.#child.kill('SIGTERM');
    await this.#ended;
    clearTimeout(killer);
    const seen = [...this.#seen.values()];
    const deadline = Date.now() + GONE_LIMIT_MS;
    while (seen.some(isAlive) && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const processes = seen.filter(isAlive);
    for (const { pid } of processes) process.kill(pid, 'SIGKILL');
    rmSync(this.dataDir, { recursive: true, force: true });
    const portOpen = await fetch(`${this.url}/api/health`).then(
      () => true,
      () => false,
    );
    return { processes, files: existsSync(this.dataDir) ? [this.dataDir] : [], portOpen };
  }

  #note(): void {
    for (const entry of familyOf(this.pid)) {
      const name = `${entry.pid} ${entry.started}`;
      if (this.#first && !this.#seen.has(name)) preferSession(entry.pid);
      this.#seen.set(name, entry);
    }
  }
}

function temporaryIn(dataDir: string): string {
  return path.join(dataDir, 'tmp');
}

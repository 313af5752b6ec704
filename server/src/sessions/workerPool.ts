/**
 * The threads that guests' controllers live in. Main thread side.
 *
 * A run stays in the thread that it started in. A thread that dies (out of memory, a bug) or says nothing for long takes its runs
 * along: each is reported as lost, exactly once, and a new thread takes its place. Guests die with the thread that hosts them.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Batch } from '@sandtable/shared/protocol';
import type { RunExit, WorldList, WorldRead } from '../sandbox/index.ts';
import type { FromWorker, RunSpec, StartRefusal, ToWorker } from './workerMessages.ts';
import { logFailure } from '../serverLog.ts';

/** More threads than this serve more guests than one server should have. */
const MAX_WORKERS = 4;

/** Heap of one thread: rows and worlds of dozens of runs; file contents lie outside of it. */
const WORKER_HEAP_MB = 1024;

/**
 * What is new in that heap: three times 32 MB. With half of it a call takes two or three parts in a hundred longer where guest and thread share a
 * processor (`npm run bench -- calls`), because what is thrown away is looked through twice as often; with more it grows and is kept for prompts that wait.
 */
const WORKER_YOUNG_MB = 96;

/** A thread that has not answered for this long hangs in something that no limit of ours covers; it is ended. */
const SILENT_MS = 20_000;
const PING_MS = 5_000;

export interface RunEvents {
  batch(batch: Batch, logBytes: number): void;
  /** Not told through `start`'s result any more: the run was under way. `exit` is null where its thread was lost. */
  ended(exit: RunExit | null, logBytes: number): void;
}

export interface PoolOptions {
  /** Threads at most. */
  readonly size?: number;
  readonly silentMs?: number;
}

interface Member {
  readonly worker: Worker;
  /** Under way, or over with their worlds still there. */
  readonly runs: Map<string, RunEvents>;
  readonly underWay: Set<string>;
  readonly starting: Map<string, (refusal: StartRefusal | null) => void>;
  readonly questions: Map<number, (result: unknown) => void>;
  heard: number;
}

const LOST: StartRefusal = {
  ok: false,
  code: 'internal',
  message: 'The thread of the server that was to host the run ended. Try again.',
};

export class WorkerPool {
  readonly #entry: URL;
  readonly #members: Member[] = [];
  readonly #size: number;
  readonly #silentMs: number;
  readonly #pings: NodeJS.Timeout;
  #questions = 0;
  #closed = false;

  constructor(entry: URL, options: PoolOptions = {}) {
    this.#entry = entry;
    this.#size = options.size ?? Math.min(MAX_WORKERS, availableParallelism());
    this.#silentMs = options.silentMs ?? SILENT_MS;
    this.#pings = setInterval(() => this.#ping(), Math.min(PING_MS, this.#silentMs / 4));
    this.#pings.unref();
  }

  /** Starts all threads; each makes ready what its first run will need. */
  warmUp(): void {
    while (this.#members.length < this.#size) this.#add();
  }

  /**
   * Starts a run; `events` hears from it afterwards, and `onStarted` is called before the first of them, synchronously.
   * @returns null where it started, else why not.
   */
  start(
    spec: RunSpec,
    allowed: number,
    events: RunEvents,
    onStarted: () => void,
  ): Promise<StartRefusal | null> {
    const member = this.#leastBusy();
    member.runs.set(spec.run, events);
    member.underWay.add(spec.run);
    return new Promise((resolve) => {
      member.starting.set(spec.run, (refusal) => {
        if (refusal === null) onStarted();
        else {
          member.runs.delete(spec.run);
          member.underWay.delete(spec.run);
        }
        resolve(refusal);
      });
      post(member, { type: 'start', spec, allowed });
    });
  }

  /** Hands a message to the thread of a run; does nothing where the run is unknown. */
  tell(message: Exclude<ToWorker, { type: 'start' | 'list' | 'read' | 'ping' }>): void {
    const member = this.#memberOf(message.run);
    if (member === undefined) return;
    post(member, message);
    if (message.type === 'drop') member.runs.delete(message.run);
  }

  /** Null where the run is not in any thread any more. */
  async list(run: string, path: string): Promise<WorldList | null> {
    return (await this.#ask(run, (id) => ({ type: 'list', id, run, path }))) as WorldList | null;
  }

  /** Null where the run is not in any thread any more. */
  async read(run: string, path: string, maxBytes: number): Promise<WorldRead | null> {
    return (await this.#ask(run, (id) => ({ type: 'read', id, run, path, maxBytes }))) as WorldRead | null;
  }

  /** Ends all threads; stop the runs first. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#pings);
    await Promise.all(this.#members.map((member) => member.worker.terminate()));
  }

  #ask(run: string, question: (id: number) => ToWorker): Promise<unknown> {
    const member = this.#memberOf(run);
    if (member === undefined) return Promise.resolve(null);
    const id = ++this.#questions;
    return new Promise((resolve) => {
      member.questions.set(id, resolve);
      post(member, question(id));
    });
  }

  #memberOf(run: string): Member | undefined {
    return this.#members.find((member) => member.runs.has(run));
  }

  #leastBusy(): Member {
    const idle = this.#members.find((member) => member.underWay.size === 0);
    if (idle !== undefined) return idle;
    if (this.#members.length < this.#size) return this.#add();
    return this.#members.reduce((a, b) => (b.underWay.size < a.underWay.size ? b : a));
  }

  #add(): Member {
    const worker = new Worker(this.#entry, {
      resourceLimits: { maxOldGenerationSizeMb: WORKER_HEAP_MB, maxYoungGenerationSizeMb: WORKER_YOUNG_MB },
      // A socket made of a descriptor closes it by itself; a thread that ends must not close that number once more, when it is
      // another thread's already. What a dying thread leaves open is a few descriptors, and its guests die all the same.
      trackUnmanagedFds: false,
    });
    const member: Member = {
      worker,
      runs: new Map(),
      underWay: new Set(),
      starting: new Map(),
      questions: new Map(),
      heard: Date.now(),
    };
    this.#members.push(member);
    worker.on('message', (message: FromWorker) => heard(member, message));
    worker.on('error', (error) => logFailure('a run worker died', error));
    worker.on('exit', () => this.#lost(member));
    return member;
  }

  #lost(member: Member): void {
    this.#members.splice(this.#members.indexOf(member), 1);
    if (this.#closed) return;
    const starting = [...member.starting.values()];
    const waiting = [...member.starting.keys()];
    const questions = [...member.questions.values()];
    const runs = [...member.runs].filter(([run]) => !waiting.includes(run));
    member.runs.clear();
    for (const tell of starting) tell(LOST);
    for (const answer of questions) answer(null);
    for (const [, events] of runs) events.ended(null, 0);
  }

  #ping(): void {
    for (const member of [...this.#members]) {
      if (Date.now() - member.heard > this.#silentMs) {
        logFailure('a run worker is ended', 'it does not answer');
        void member.worker.terminate();
      } else post(member, { type: 'ping' });
    }
  }
}

function post(member: Member, message: ToWorker): void {
  member.worker.postMessage(message);
}

function heard(member: Member, message: FromWorker): void {
  member.heard = Date.now();
  switch (message.type) {
    case 'pong':
      return;
    case 'listed':
    case 'read':
      member.questions.get(message.id)?.(message.result);
      member.questions.delete(message.id);
      return;
    case 'started':
    case 'refused': {
      const tell = member.starting.get(message.run);
      member.starting.delete(message.run);
      tell?.(message.type === 'refused' ? message.refusal : null);
      return;
    }
    case 'batch':
      member.runs.get(message.run)?.batch(message.batch, message.logBytes);
      return;
    case 'ended':
      member.underWay.delete(message.run);
      member.runs.get(message.run)?.ended(message.exit, message.logBytes);
  }
}

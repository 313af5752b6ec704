/**
 * Checks policies in threads of their own, kept warm: TypeScript takes a second to start and some milliseconds after that, and a policy
 * made to keep it busy for ever costs the thread its life, not the server.
 *
 * Invariant: every check resolves, whatever happens to its thread: with diagnostics, or with one that says why there are none.
 */
import { Worker } from 'node:worker_threads';
import type { Diagnostic } from '@sandtable/shared/protocol';
import type { CheckMessage, CheckRequest } from './checkWorker.ts';
import { CHECK_HEAP_MIB, CHECK_IDLE_MS, CHECK_MS, CHECK_START_MS, CHECKERS, MAX_SOURCE_BYTES } from './policyLimits.ts';

interface Job {
  readonly source: string;
  readonly resolve: (diagnostics: readonly Diagnostic[]) => void;
}

class Checker {
  readonly #worker: Worker;
  readonly #onIdle: (checker: Checker) => void;
  #ready = false;
  #stopping = false;
  #job: Job | null = null;
  #timer: NodeJS.Timeout;
  #lastId = 0;

  /** `onIdle` is called after each job; `onGone` once. */
  constructor(job: Job, onIdle: (checker: Checker) => void, onGone: (checker: Checker) => void) {
    this.#onIdle = onIdle;
    this.#job = job;
    this.#worker = new Worker(new URL('checkWorker.ts', import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: CHECK_HEAP_MIB } });
    this.#timer = setTimeout(() => { this.#giveUp('check-start', 'The type checker did not start.'); }, CHECK_START_MS);
    this.#worker.on('message', (message: CheckMessage) => { this.#onMessage(message); });
    this.#worker.on('error', (error: NodeJS.ErrnoException) => {
      const memory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      this.#finish([complaint(memory ? 'check-memory' : 'check-failed', memory ? 'Checking the types of this policy takes too much memory.' : `The type checker failed: ${error.message}`)]);
    });
    this.#worker.on('exit', () => {
      clearTimeout(this.#timer);
      onGone(this);
      this.#finish([complaint('check-failed', 'The type checker was stopped.')]);
    });
  }

  get idle(): boolean {
    return this.#job === null && this.#ready && !this.#stopping;
  }

  start(job: Job): void {
    this.#job = job;
    this.#worker.ref();
    if (this.#ready) this.#send();
  }

  stop(): Promise<unknown> {
    this.#stopping = true;
    return this.#worker.terminate();
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => { this.#giveUp('check-timeout', `Checking the types of this policy takes longer than ${CHECK_MS / 1000} seconds.`); }, CHECK_MS);
    this.#worker.postMessage({ id: ++this.#lastId, source: this.#job!.source } satisfies CheckRequest);
  }

  #onMessage(message: CheckMessage): void {
    if ('ready' in message) {
      this.#ready = true;
      if (this.#job !== null) this.#send();
    } else if (message.id === this.#lastId) this.#finish(message.diagnostics);
  }

  #giveUp(code: string, message: string): void {
    void this.stop();
    this.#finish([complaint(code, message)]);
  }

  #finish(diagnostics: readonly Diagnostic[]): void {
    const job = this.#job;
    if (job === null) return;
    this.#job = null;
    clearTimeout(this.#timer);
    // An idle checker keeps nobody's process alive.
    this.#worker.unref();
    this.#timer = setTimeout(() => { void this.stop(); }, CHECK_IDLE_MS).unref();
    job.resolve(diagnostics);
    this.#onIdle(this);
  }
}

function complaint(code: string, message: string): Diagnostic {
  return { file: 'policy.ts', line: 1, column: 1, severity: 'error', code, message };
}

const checkers = new Set<Checker>();
const queue: Job[] = [];

function begin(job: Job): void {
  const idle = [...checkers].find((checker) => checker.idle);
  if (idle !== undefined) idle.start(job);
  else if (checkers.size < CHECKERS) checkers.add(new Checker(job, beginNext, gone));
  else queue.push(job);
}

function beginNext(checker: Checker): void {
  if (!checker.idle || !checkers.has(checker)) return;
  const job = queue.shift();
  if (job !== undefined) checker.start(job);
}

function gone(checker: Checker): void {
  checkers.delete(checker);
  const job = queue.shift();
  if (job !== undefined) begin(job);
}

/**
 * Everything that is wrong with a policy, by line and column; an empty list: it can be run. Never rejects, and takes some seconds at
 * most. The page's squiggles and the refusal of a run both come from here.
 */
export function checkPolicy(source: string): Promise<readonly Diagnostic[]> {
  if (Buffer.byteLength(source) > MAX_SOURCE_BYTES) {
    return Promise.resolve([complaint('too-long', `A policy may have ${MAX_SOURCE_BYTES / 1024} KiB of source.`)]);
  }
  return new Promise((resolve) => {
    begin({ source, resolve });
  });
}

/** Ends the checkers; checks under way are answered with `check-failed`. */
export async function stopChecking(): Promise<void> {
  await Promise.all([...checkers].map((checker) => checker.stop()));
}

/**
 * Checks policies in processes of their own, kept warm: TypeScript takes a second to start and some milliseconds after that, and a
 * policy made to keep it busy for ever or to fill its memory costs that process its life, not the server.
 *
 * Invariant: every check resolves, whatever happens to its process: with diagnostics, or with one that says why there are none.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Diagnostic } from '@sandtable/shared/protocol';
import { MAX_SOURCE_BYTES } from '@sandtable/policy/policyLimits';
import type { CheckMessage, CheckRequest } from './checkWorker.ts';
import { processUsage } from '../processUsage.ts';
import {
  CHECK_IDLE_MS,
  CHECK_MS,
  CHECK_OUT_OF_MEMORY,
  CHECK_START_MS,
  CHECK_WAIT_MS,
  CHECKERS,
} from './checkLimits.ts';

/** How often a checker that is late is looked at. */
const SOON_MS = 250;

interface Why {
  readonly code: string;
  readonly message: string;
}

interface Deadline {
  /** Milliseconds of a processor. */
  readonly spent: number;
  readonly at: number;
  readonly inMs: number;
}

const TOO_LONG: Why = {
  code: 'check-timeout',
  message: `Checking the types of this policy takes longer than ${CHECK_MS / 1000} seconds.`,
};

interface Job {
  readonly source: string;
  readonly resolve: (diagnostics: readonly Diagnostic[]) => void;
}

class Checker {
  readonly #child: ChildProcess;
  readonly #onIdle: (checker: Checker) => void;
  readonly #gone: Promise<void>;
  #ready = false;
  #stopping = false;
  #job: Job | null;
  #timer: NodeJS.Timeout;
  #lastId = 0;

  /** `onIdle` is called after each job; `onGone` once. */
  constructor(job: Job, onIdle: (checker: Checker) => void, onGone: (checker: Checker) => void) {
    this.#onIdle = onIdle;
    this.#job = job;
    // What a dying compiler prints is for nobody; its end says enough.
    this.#child = fork(fileURLToPath(new URL('checkProcess.ts', import.meta.url)), {
      execArgv: [],
      env: {},
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#timer = this.#watch(
      { code: 'check-start', message: 'The type checker did not start.' },
      { spent: CHECK_START_MS, at: performance.now() + CHECK_WAIT_MS, inMs: CHECK_START_MS },
    );
    this.#child.on('message', (message) => {
      this.#onMessage(message as CheckMessage);
    });
    this.#child.on('error', () => {
      /* It could not be started, or be written to: 'exit' or the timer follows. */
    });
    this.#gone = new Promise((resolve) => {
      this.#child.on('exit', (status, signal) => {
        this.#stopping = true;
        clearTimeout(this.#timer);
        onGone(this);
        const memory = status === CHECK_OUT_OF_MEMORY || signal === 'SIGABRT';
        this.#finish([
          memory
            ? complaint('check-memory', 'Checking the types of this policy takes too much memory.')
            : complaint('check-failed', 'The type checker was stopped.'),
        ]);
        resolve();
      });
    });
  }

  get idle(): boolean {
    return this.#job === null && this.#ready && !this.#stopping;
  }

  start(job: Job): void {
    this.#job = job;
    this.#hold(true);
    this.#send();
  }

  stop(): Promise<void> {
    this.#stopping = true;
    // Whoever waits for its end must not end first: an idle checker keeps nobody alive.
    this.#child.ref();
    this.#child.kill('SIGKILL');
    return this.#gone;
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = this.#watch(TOO_LONG, {
      spent: this.#spentMs() + CHECK_MS,
      at: performance.now() + CHECK_WAIT_MS,
      inMs: CHECK_MS,
    });
    this.#child.send({ id: ++this.#lastId, source: this.#job!.source } satisfies CheckRequest);
  }

  /** Gives up when the process has spent so much time of a processor, or at that time of the clock; looks in so many milliseconds. */
  #watch(why: Why, { spent, at, inMs }: Deadline): NodeJS.Timeout {
    return setTimeout(() => {
      const left = spent - this.#spentMs();
      if (left > 0 && performance.now() < at)
        this.#timer = this.#watch(why, { spent, at, inMs: Math.max(left, SOON_MS) });
      else this.#giveUp(why.code, why.message);
    }, inMs);
  }

  /** Time of a processor that the checker has spent; on a busy machine that is less than what the clock says. */
  #spentMs(): number {
    const usage = this.#child.pid === undefined ? null : processUsage(this.#child.pid);
    return usage === null ? 0 : (usage.userSeconds + usage.systemSeconds) * 1000;
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
    this.#hold(false);
    if (!this.#stopping)
      this.#timer = setTimeout(() => {
        void this.stop();
      }, CHECK_IDLE_MS).unref();
    job.resolve(diagnostics);
    this.#onIdle(this);
  }

  /** A checker keeps the server's process alive while somebody waits for it, and not when it is idle. */
  #hold(hold: boolean): void {
    const { channel } = this.#child;
    if (hold) {
      this.#child.ref();
      channel?.ref();
    } else {
      this.#child.unref();
      channel?.unref();
    }
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
    return Promise.resolve([
      complaint('too-long', `A policy may have ${MAX_SOURCE_BYTES / 1024} KiB of source.`),
    ]);
  }
  return new Promise((resolve) => {
    begin({ source, resolve });
  });
}

/** Ends the checkers and waits until they are gone; checks under way are answered with `check-failed`. */
export async function stopChecking(): Promise<void> {
  await Promise.all([...checkers].map((checker) => checker.stop()));
}

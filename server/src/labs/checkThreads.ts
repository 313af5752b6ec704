/**
 * The threads that run checks: a few for the whole machine, whoever asks.
 *
 * Invariants: every job is answered exactly once, whatever becomes of its thread; no more than {@link CHECK_THREADS} jobs run at a time; among
 * those who wait, the one with the fewest jobs under way goes first, of equal ones the one whose last turn is longest ago, so that a long attempt does
 * not hold up short ones. A job that is
 * cancelled is answered at once where it has not begun, and when its guest is gone otherwise.
 */
import { Worker } from 'node:worker_threads';
import type { CheckJob, FromCheckThread, JobAnswer, ToCheckThread } from './checkJobs.ts';
import {
  CANCEL_GRACE_MS,
  CHECK_THREADS,
  IDLE_MS,
  JOB_GRACE_MS,
  MAX_CHECK_RUN_LIMITS,
  MOST_SEARCH_SECONDS,
  TABLE_SECONDS,
  THREAD_HEAP_MIB,
} from './checkLimits.ts';

/** Whoever has jobs: attempts are told apart by these. */
export type Owner = object;

interface Waiting {
  readonly owner: Owner;
  readonly job: CheckJob;
  readonly signal: AbortSignal;
  readonly begun: () => void;
  readonly resolve: (answer: JobAnswer) => void;
}

interface Member {
  worker: Worker;
  current: Waiting | null;
  /** Ends the thread where it does not answer, or has nothing to do. */
  timer: NodeJS.Timeout | null;
}

const CANCELLED: JobAnswer = { kind: 'nothing', blame: 'platform', message: 'The check was cancelled.' };

export class CheckThreads {
  readonly #size: number;
  readonly #entry: URL;
  readonly #members = new Set<Member>();
  readonly #waiting: Waiting[] = [];
  readonly #underWay = new Map<Owner, number>();
  /** Number of the turn in which each got a thread last. */
  readonly #lastTurn = new WeakMap<Owner, number>();
  #turns = 0;
  #closed = false;

  constructor(size: number = CHECK_THREADS, entry: URL = new URL('checkThread.ts', import.meta.url)) {
    this.#size = size;
    this.#entry = entry;
  }

  /** `begun` is called when the job leaves the queue. Never rejects. */
  run(owner: Owner, job: CheckJob, signal: AbortSignal, begun: () => void): Promise<JobAnswer> {
    if (this.#closed || signal.aborted) return Promise.resolve(CANCELLED);
    return new Promise((resolve) => {
      const waiting: Waiting = { owner, job, signal, begun, resolve };
      this.#waiting.push(waiting);
      signal.addEventListener(
        'abort',
        () => {
          this.#cancel(waiting);
        },
        { once: true },
      );
      this.#next();
    });
  }

  /** Ends every thread, and the guests with them; jobs are answered as cancelled. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { resolve } of this.#waiting.splice(0)) resolve(CANCELLED);
    await Promise.all([...this.#members].map((member) => this.#end(member, CANCELLED)));
  }

  #next(): void {
    while (this.#waiting.length > 0 && !this.#closed) {
      const idle = [...this.#members].find(({ current }) => current === null);
      if (idle === undefined && this.#members.size >= this.#size) return;
      const waiting = this.#waiting.reduce((first, each) =>
        this.#isBefore(each.owner, first.owner) ? each : first,
      );
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
      this.#start(idle ?? this.#add(), waiting);
    }
  }

  #isBefore(one: Owner, other: Owner): boolean {
    const less = this.#runningOf(one) - this.#runningOf(other);
    return less < 0 || (less === 0 && (this.#lastTurn.get(one) ?? 0) < (this.#lastTurn.get(other) ?? 0));
  }

  #runningOf(owner: Owner): number {
    return this.#underWay.get(owner) ?? 0;
  }

  #add(): Member {
    const worker = new Worker(this.#entry, {
      resourceLimits: { maxOldGenerationSizeMb: THREAD_HEAP_MIB },
      // See workerPool.ts: a thread that ends must not close a number that is another thread's already.
      trackUnmanagedFds: false,
    });
    const member: Member = { worker, current: null, timer: null };
    this.#members.add(member);
    worker.on('message', ({ answer }: FromCheckThread) => {
      this.#answered(member, answer);
    });
    worker.on('error', (error: NodeJS.ErrnoException) => {
      const message =
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? 'The check took more memory than a check may have.'
          : 'The thread of the check ended. The server has logged why.';
      if (error.code !== 'ERR_WORKER_OUT_OF_MEMORY') console.error('sandtable: a check thread died:', error);
      this.#gone(member, { kind: 'nothing', blame: 'platform', message });
    });
    worker.on('exit', () => {
      this.#gone(member, { kind: 'nothing', blame: 'platform', message: 'The thread of the check ended.' });
    });
    return member;
  }

  #start(member: Member, waiting: Waiting): void {
    member.current = waiting;
    this.#underWay.set(waiting.owner, this.#runningOf(waiting.owner) + 1);
    this.#lastTurn.set(waiting.owner, ++this.#turns);
    // Nobody waits for an idle thread; somebody does for this one.
    member.worker.ref();
    this.#endAfter(member, secondsOf(waiting.job) * 1000 + JOB_GRACE_MS, {
      kind: 'nothing',
      blame: 'platform',
      message: 'The check did not come to an end and was stopped.',
    });
    waiting.begun();
    member.worker.postMessage({ type: 'job', job: waiting.job } satisfies ToCheckThread);
  }

  #cancel(waiting: Waiting): void {
    const at = this.#waiting.indexOf(waiting);
    if (at >= 0) {
      this.#waiting.splice(at, 1);
      waiting.resolve(CANCELLED);
      return;
    }
    const member = [...this.#members].find(({ current }) => current === waiting);
    if (member === undefined) return;
    member.worker.postMessage({ type: 'cancel' } satisfies ToCheckThread);
    this.#endAfter(member, CANCEL_GRACE_MS, CANCELLED);
  }

  #answered(member: Member, answer: JobAnswer): void {
    this.#settle(member, answer);
    member.worker.unref();
    this.#endAfter(member, IDLE_MS, CANCELLED);
    member.timer?.unref();
    this.#next();
  }

  #settle(member: Member, answer: JobAnswer): void {
    const { current } = member;
    if (member.timer !== null) clearTimeout(member.timer);
    member.timer = null;
    member.current = null;
    if (current === null) return;
    const left = this.#runningOf(current.owner) - 1;
    if (left > 0) this.#underWay.set(current.owner, left);
    else this.#underWay.delete(current.owner);
    current.resolve(answer);
  }

  #endAfter(member: Member, ms: number, answer: JobAnswer): void {
    if (member.timer !== null) clearTimeout(member.timer);
    member.timer = setTimeout(() => {
      void this.#end(member, answer);
    }, ms);
  }

  async #end(member: Member, answer: JobAnswer): Promise<void> {
    this.#gone(member, answer);
    await member.worker.terminate();
  }

  #gone(member: Member, answer: JobAnswer): void {
    if (!this.#members.delete(member)) return;
    this.#settle(member, answer);
    this.#next();
  }
}

/** What a job may take by its own limits. */
function secondsOf(job: CheckJob): number {
  switch (job.kind) {
    case 'guest':
      // Waiting at the terminal does not count for the guest, so this is the only end of one that waits again and again.
      return MAX_CHECK_RUN_LIMITS.wallSeconds;
    case 'table':
      return TABLE_SECONDS;
    case 'search':
      return MOST_SEARCH_SECONDS * 2 + 60;
  }
}

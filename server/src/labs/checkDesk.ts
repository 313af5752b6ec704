/**
 * Checks of works, in the background: who is next, how far it is, what came of it.
 *
 * An attempt is in the database before anybody waits for it, with the revision that it is of, and what is judged is that revision, whatever is
 * typed meanwhile. Each person has one check under way at a time and the machine {@link MAX_AT_ONCE}; of those who wait, the person who was
 * served longest ago is next, so that nobody gets ahead by asking often. Every attempt ends exactly once: done, cancelled or failed; what a
 * server that died left behind is ended by the next one, because its guests are gone.
 */
import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Announcements } from '@sandtable/shared/protocol';
import type { CheckProgress, LabAnnouncements } from '@sandtable/shared/labMessages';
import type { CheckResult } from '@sandtable/shared/labs/checkResult';
import { logFailure } from '../serverLog.ts';
import type { AttemptEnd, NewAttempt } from '../store/attemptStore.ts';
import { newId, type Store } from '../store/store.ts';
import { attemptView } from './attemptView.ts';
import { judgementOf } from './judgement.ts';
import type { LabInstance, SubmittedFiles } from './labInstance.ts';
import type { Work } from './works.ts';

/** Checks at once: each has guests and a thread of its own, and the runs that people look at come first. */
const MAX_AT_ONCE = Math.max(1, Math.floor(availableParallelism() / 2));

/** Checks that wait: a class of two hundred that hands in during the last minute fits. */
const MAX_WAITING = 500;

/** Works of one person that may wait at once; a person looks at one. */
const MAX_WAITING_OF_PERSON = 5;

/** A whole check; each run in it has its own, shorter limits, so this is for what hangs. */
const DEADLINE_MS = 15 * 60 * 1000;

/** Progress is told this often at most: it is for a person to look at. */
const TELL_EVERY_MS = 150;

const RESTARTED =
  'The server was restarted while this was checked. Your files are as they were: check again.';

export interface CheckOrder {
  readonly instance: LabInstance;
  readonly files: SubmittedFiles;
  /** Folder for the evidence; made where something is written. */
  readonly folder: string;
  /** Folder with evidence of an attempt at the same files, for what would run the same again. */
  readonly earlier?: string;
  readonly signal: AbortSignal;
  /** `title` is of the check that is under way now. */
  readonly progress: (done: number, of: number, title: string | null) => void;
}

export type CheckVerdict =
  | { readonly ok: true; readonly results: readonly CheckResult[] }
  | { readonly ok: false; readonly message: string };

/** Judges a submission. It ends soon after the signal; what it throws is a bug. */
export type RunChecks = (order: CheckOrder) => Promise<CheckVerdict>;

type Tell = <N extends keyof LabAnnouncements>(bench: string, name: N, value: Announcements[N]) => void;

export interface CheckDeskOptions {
  readonly store: Store;
  readonly run: RunChecks;
  /** One folder an attempt. */
  readonly evidence: string;
  /** To every page that has the bench open. */
  readonly tell: Tell;
  readonly atOnce?: number;
}

interface Order {
  readonly attempt: string;
  readonly kind: NewAttempt['kind'];
  readonly person: string;
  readonly work: Work;
  readonly revision: number;
  readonly abort: AbortController;
  running: boolean;
  done: number;
  of: number;
  title: string | null;
  /** Until when progress is not told again. */
  telling: NodeJS.Timeout | null;
}

export type Ordered =
  { readonly ok: true; readonly attempt: string } | { readonly ok: false; readonly message: string };

export class CheckDesk {
  readonly #options: CheckDeskOptions;
  readonly #atOnce: number;
  /** By bench, in the order in which they were asked for. */
  readonly #orders = new Map<string, Order>();
  /** When each person was last served, as a running number. */
  readonly #served = new Map<string, number>();
  readonly #running = new Set<Promise<void>>();
  #turn = 0;
  #closed = false;

  constructor(options: CheckDeskOptions) {
    this.#options = options;
    this.#atOnce = options.atOnce ?? MAX_AT_ONCE;
  }

  /** Ends what an earlier server left. Call once, before anything is asked. */
  recover(): Promise<void> {
    return this.#options.store.attempts.endOrphans(RESTARTED);
  }

  /** Queues a check of what is saved now. `hintCost` in percent. */
  async ask(work: Work, kind: NewAttempt['kind'], hintCost: number): Promise<Ordered> {
    const { id: bench, owner, lab_version, assignment } = work.bench;
    const bar = this.#barred(bench, owner ?? '');
    if (bar !== null) return { ok: false, message: bar };
    const order: Order = {
      attempt: newId(),
      kind,
      person: owner ?? '',
      work,
      revision: work.bench.revision,
      abort: new AbortController(),
      running: false,
      done: 0,
      of: work.instance.manifest.checks.length,
      title: null,
      telling: null,
    };
    // Before anything is awaited: the next one who asks finds it here.
    this.#orders.set(bench, order);
    try {
      await this.#options.store.attempts.begin({
        id: order.attempt,
        bench,
        person: order.person,
        labVersion: lab_version ?? '',
        assignment,
        kind,
        revision: order.revision,
        hintCost,
      });
    } catch (error) {
      this.#orders.delete(bench);
      throw error;
    }
    this.#next();
    this.#tellWaiting();
    return { ok: true, attempt: order.attempt };
  }

  progressOf(bench: string, queue: readonly Order[] = this.#queue()): CheckProgress | null {
    const order = this.#orders.get(bench);
    if (order === undefined) return null;
    const { attempt, kind, running, done, of, title } = order;
    return { attempt, kind, before: running ? null : queue.indexOf(order), done, of, title };
  }

  cancel(bench: string): void {
    const order = this.#orders.get(bench);
    if (order === undefined) return;
    order.abort.abort();
    if (!order.running) void this.#end(bench, order, { state: 'cancelled' }).catch(logEnd);
  }

  /** Ends what is under way and removes the evidence of the attempts that go with the bench. */
  async benchGone(bench: string, attempts: readonly string[]): Promise<void> {
    this.cancel(bench);
    await Promise.all(attempts.map((attempt) => this.#removeEvidence(attempt)));
  }

  folder(attempt: string): string {
    return join(this.#options.evidence, attempt);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const order of this.#orders.values()) order.abort.abort();
    await Promise.all(this.#running);
  }

  #barred(bench: string, person: string): string | null {
    if (this.#closed) return 'The server is closing. Nothing was checked.';
    if (this.#orders.has(bench)) return 'A check of this bench is under way. Cancel it, or wait for its end.';
    const orders = [...this.#orders.values()];
    if (orders.length >= MAX_WAITING)
      return `${String(MAX_WAITING)} checks are waiting, the most that this server takes on. Try again in a minute.`;
    if (orders.filter((each) => each.person === person).length >= MAX_WAITING_OF_PERSON)
      return `${String(MAX_WAITING_OF_PERSON)} checks of yours are waiting. Wait for one to end, or cancel it.`;
    return null;
  }

  /** Begins what can begin. */
  #next(): void {
    for (;;) {
      if (this.#closed) return;
      const orders = [...this.#orders];
      const running = orders.filter(([, order]) => order.running);
      if (running.length >= this.#atOnce) return;
      const busy = new Set(running.map(([, order]) => order.person));
      const [first] = orders
        .filter(([, order]) => !order.running && !order.abort.signal.aborted && !busy.has(order.person))
        .sort(([, a], [, b]) => (this.#served.get(a.person) ?? 0) - (this.#served.get(b.person) ?? 0));
      if (first === undefined) return;
      const [bench, order] = first;
      order.running = true;
      this.#served.set(order.person, ++this.#turn);
      const run = this.#run(bench, order).finally(() => {
        this.#running.delete(run);
        this.#next();
        this.#tellWaiting();
      });
      this.#running.add(run);
    }
  }

  /** Those who wait, in the order in which they are served if nobody else comes. */
  #queue(): readonly Order[] {
    const waiting = [...this.#orders.values()].filter(({ running }) => !running);
    const served = new Map(this.#served);
    const turnOf = ({ person }: Order): number => served.get(person) ?? 0;
    const queue: Order[] = [];
    for (let turn = this.#turn + 1; waiting.length > 0; turn++) {
      let next = 0;
      for (const [at, order] of waiting.entries()) if (turnOf(order) < turnOf(waiting[next]!)) next = at;
      const [order] = waiting.splice(next, 1) as [Order];
      queue.push(order);
      served.set(order.person, turn);
    }
    return queue;
  }

  async #run(bench: string, order: Order): Promise<void> {
    const { store } = this.#options;
    let end: AttemptEnd;
    const deadline = setTimeout(() => order.abort.abort('deadline'), DEADLINE_MS);
    try {
      await store.attempts.running(order.attempt);
      this.#tell(bench, order);
      const files = await store.revisions.contents(bench, order.revision);
      const verdict = await this.#options.run({
        instance: order.work.instance,
        files: new Map(files.map(({ path, content }) => [path, content])),
        folder: this.folder(order.attempt),
        signal: order.abort.signal,
        progress: (done, of, title) => {
          Object.assign(order, { done, of, title });
          this.#tellSoon(bench, order);
        },
      });
      end = endOf(verdict, order.abort.signal, this.#closed);
    } catch (error) {
      logFailure(`checking attempt ${order.attempt} failed`, error);
      end = {
        state: 'failed',
        message:
          'The server made a mistake while it checked; it has been logged. Your files are as they were.',
      };
    }
    clearTimeout(deadline);
    await this.#end(bench, order, end).catch(logEnd);
  }

  async #end(bench: string, order: Order, end: AttemptEnd): Promise<void> {
    if (this.#orders.get(bench) !== order) return;
    this.#orders.delete(bench);
    if (order.telling !== null) clearTimeout(order.telling);
    const { store, tell } = this.#options;
    const row = await store.attempts.end(order.attempt, end);
    if (row === null || end.state !== 'done') await this.#removeEvidence(order.attempt);
    if (row === null) return;
    tell(bench, 'lab.attempt', { bench, attempt: attemptView(row) });
    for (const gone of await store.attempts.prune(bench)) await this.#removeEvidence(gone);
  }

  #tell(bench: string, order: Order, queue?: readonly Order[]): void {
    const progress = this.progressOf(bench, queue);
    if (progress === null || this.#orders.get(bench) !== order) return;
    this.#options.tell(bench, 'lab.progress', { bench, progress });
  }

  #tellSoon(bench: string, order: Order): void {
    order.telling ??= setTimeout(() => {
      order.telling = null;
      this.#tell(bench, order);
    }, TELL_EVERY_MS);
  }

  #tellWaiting(): void {
    const queue = this.#queue();
    for (const order of queue) this.#tell(order.work.bench.id, order, queue);
  }

  #removeEvidence(attempt: string): Promise<void> {
    return rm(this.folder(attempt), { recursive: true, force: true });
  }
}

function endOf(verdict: CheckVerdict, signal: AbortSignal, closed: boolean): AttemptEnd {
  if (closed) return { state: 'failed', message: RESTARTED };
  if (signal.aborted && signal.reason === 'deadline')
    return {
      state: 'failed',
      message: `The check took longer than ${String(DEADLINE_MS / 60_000)} minutes and was ended.`,
    };
  if (signal.aborted) return { state: 'cancelled' };
  if (!verdict.ok) return { state: 'failed', message: verdict.message };
  return { state: 'done', ...judgementOf(verdict.results) };
}

function logEnd(error: unknown): void {
  logFailure('writing down the end of a check failed', error);
}

/**
 * Judging assignments again, in the background: how far it is, what would change, and the change when somebody wants it.
 *
 * Of an assignment there is one at a time, under way or looked at; beginning anew forgets what was found before. It is kept in memory and in
 * the staging folder only: a server that ends forgets it, and nothing is lost but the time that it took.
 */
import { rmSync } from 'node:fs';
import type { RegradeLook, RegradeState } from '@sandtable/shared/regradeReplies';
import { logFailure } from '../serverLog.ts';
import type { ListedAssignment } from '../store/assignmentStore.ts';
import {
  applyRegrading,
  forgetRegrading,
  judgeAgain,
  toJudge,
  type Regrading,
  type RegradingTools,
} from './regrading.ts';

/** Assignments that are judged again at once: each keeps a processor busy with traces, and students who check wait for it. */
const MAX_AT_ONCE = 1;

/** Assignments of which is kept what was found; more, and the one looked at longest ago is judged anew when somebody asks. */
const MAX_FOUND = 5;

/** Progress is told this often at most: it is for a person to look at. */
const TELL_EVERY_MS = 150;

export interface RegradeDeskOptions extends RegradingTools {
  /** To the pages that look at it. */
  readonly tell: (assignment: string, state: RegradeState) => void;
  /** Grades of a course changed; `anew`: its checks as well. */
  readonly changed: (course: string, benches: readonly string[], anew: boolean) => void;
}

export type Applied =
  | { readonly ok: true; readonly judged: number; readonly newer: number }
  | { readonly ok: false; readonly message: string };

interface Job {
  state: RegradeState;
  readonly abort: AbortController;
  /** When it is there. */
  regrading: Regrading | null;
  running: Promise<void>;
}

export class RegradeDesk {
  readonly #options: RegradeDeskOptions;
  /** By assignment; the one that began first comes first. */
  readonly #jobs = new Map<string, Job>();

  constructor(options: RegradeDeskOptions) {
    this.#options = options;
    // What an earlier server judged and nobody applied.
    rmSync(options.staging, { recursive: true, force: true });
  }

  async look({ id, lab, lab_version, current }: ListedAssignment): Promise<RegradeLook> {
    const { store } = this.#options;
    const known = await store.labs.versions(lab);
    const offered = [...new Set([lab_version, ...(current === null ? [] : [current])])];
    return {
      attempts: toJudge(await store.attempts.judgedAt(id)).length,
      versions: offered.map((version) => ({
        id: version,
        publishedAt: known.find((each) => each.id === version)?.made_at ?? '',
        pinned: version === lab_version,
      })),
      state: this.#jobs.get(id)?.state ?? null,
    };
  }

  /** @returns why it does not begin, or null. */
  start(assignment: ListedAssignment, to: string): string | null {
    const { id, lab_version, current } = assignment;
    if (to !== lab_version && to !== current)
      return 'The catalogue has another version by now. Look at what there is again.';
    if (this.#jobs.get(id)?.state.ended === null) return 'This assignment is being judged again already.';
    const under = [...this.#jobs.values()].filter(({ state }) => state.ended === null);
    if (under.length >= MAX_AT_ONCE)
      return 'Another assignment is being judged again, as many as this server takes on. Try again when that is done.';
    this.cancel(id);
    const job: Job = {
      state: {
        ...{ assignment: id, from: lab_version, to, done: 0, of: 0 },
        ...{ ended: null, message: null, changes: [] },
      },
      abort: new AbortController(),
      regrading: null,
      running: Promise.resolve(),
    };
    this.#jobs.set(id, job);
    job.running = this.#judge(job, assignment);
    this.#forgetSome();
    return null;
  }

  /** Ends what is under way, and forgets what was found. */
  cancel(assignment: string): void {
    const job = this.#jobs.get(assignment);
    if (job === undefined) return;
    if (job.state.ended === null) job.abort.abort();
    else this.#forget(assignment, job);
  }

  async apply(actor: string, assignment: string): Promise<Applied> {
    const job = this.#jobs.get(assignment);
    const regrading = job?.regrading ?? null;
    if (job === undefined || regrading === null)
      return { ok: false, message: 'Nothing that was looked at is kept any more. Judge again, and look.' };
    // Whoever presses twice applies once.
    job.regrading = null;
    this.#jobs.delete(assignment);
    const applied = await applyRegrading(this.#options, actor, regrading);
    if (applied === null)
      return {
        ok: false,
        message: 'The assignment has another version of the lab by now. Nothing was changed; judge again.',
      };
    const { judged, newer, benches } = applied;
    this.#options.changed(regrading.course, benches, regrading.from !== regrading.to);
    return { ok: true, judged, newer };
  }

  async close(): Promise<void> {
    for (const { abort } of this.#jobs.values()) abort.abort();
    await Promise.all([...this.#jobs.values()].map(({ running }) => running));
    rmSync(this.#options.staging, { recursive: true, force: true });
  }

  async #judge(job: Job, assignment: ListedAssignment): Promise<void> {
    let told = -Infinity;
    const say = (change: Partial<RegradeState>): void => {
      job.state = { ...job.state, ...change };
      if (job.state.ended === null && performance.now() - told < TELL_EVERY_MS) return;
      told = performance.now();
      this.#options.tell(assignment.id, job.state);
    };
    try {
      const result = await judgeAgain(this.#options, assignment, job.state.to, {
        signal: job.abort.signal,
        progress: (done, of) => say({ done, of }),
      });
      if (result.ok) {
        job.regrading = result.regrading;
        say({ ended: 'done', changes: result.regrading.changes });
      } else say({ ended: result.code, message: result.message });
    } catch (error) {
      logFailure(`judging assignment ${assignment.id} again failed`, error);
      say({
        ended: 'failed',
        message: 'The server made a mistake; it has been logged. Nothing was changed.',
      });
    }
  }

  #forgetSome(): void {
    const found = [...this.#jobs].filter(([, { state }]) => state.ended !== null);
    for (const [assignment, job] of found.slice(0, Math.max(0, found.length - MAX_FOUND)))
      this.#forget(assignment, job);
  }

  #forget(assignment: string, job: Job): void {
    this.#jobs.delete(assignment);
    if (job.regrading !== null) forgetRegrading(job.regrading);
  }
}

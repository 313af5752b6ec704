/**
 * Doing a lab, as this page sees it: the catalogue, the task of the bench that is open, the check that is under way and what came of it.
 *
 * The server's task is asked for when a work is opened, after an outage, and whenever something of it changed; an attempt that ends is put
 * into it at once, so that steps tick without another question. NEVER is an answer shown that is of another bench than the one that is open.
 */
import type { Attempt, Catalogue, CheckProgress, LabTask } from '@sandtable/shared/labMessages';
import type { Restored } from '@sandtable/shared/historyMessages';
import type { RequestName } from '@sandtable/shared/protocol';
import { createStore } from 'zustand/vanilla';
import type { Notice } from './askOrTell.ts';
import type { Session } from './session.ts';
import { openBench } from './workState.ts';

export interface LabState {
  readonly catalogue: Catalogue | null;
  readonly catalogueProblem: string | null;
  /** Of the bench that is open; null where it is no work, or not known yet. */
  readonly task: LabTask | null;
  readonly taskProblem: string | null;
  readonly progress: CheckProgress | null;
  /** The newest attempt that ended, done or not. */
  readonly ended: Attempt | null;
  /** Every attempt, newest first; null until somebody wants to see them. */
  readonly attempts: readonly Attempt[] | null;
  /** The newest change of files at once, which can be undone. */
  readonly undo: { readonly words: string; readonly n: number } | null;
}

const NOTHING = { task: null, taskProblem: null, progress: null, ended: null, attempts: null, undo: null };

export interface LabDeskOptions {
  readonly session: Session;
  readonly notify: (notice: Notice) => void;
}

export class LabDesk {
  readonly store = createStore<LabState>(() => ({ catalogue: null, catalogueProblem: null, ...NOTHING }));
  readonly #session: Session;
  readonly #notify: (notice: Notice) => void;

  constructor({ session, notify }: LabDeskOptions) {
    this.#session = session;
    this.#notify = notify;
    session.store.subscribe((state, before) => {
      const opened = openBench(state);
      if (opened !== openBench(before)) this.store.setState(NOTHING);
      const back = state.connection === 'online' && before.connection !== 'online';
      if (opened !== null && (opened !== openBench(before) || back)) void this.#loadTask();
      if (back && this.store.getState().catalogue !== null) void this.loadCatalogue();
    });
    session.on('lab.progress', ({ bench, progress }) => {
      if (bench === this.#bench) this.store.setState({ progress });
    });
    session.on('lab.attempt', ({ bench, attempt }) => {
      if (bench === this.#bench) this.#ended(attempt);
    });
    session.on('lab.changed', ({ bench }) => {
      if (bench === this.#bench) void this.#loadTask();
    });
  }

  get #bench(): string | null {
    return openBench(this.#session.state);
  }

  async loadCatalogue(): Promise<void> {
    const answer = await this.#session.request('lab.list', {});
    this.store.setState(
      answer.ok
        ? { catalogue: answer.value, catalogueProblem: null }
        : { catalogueProblem: answer.error.message },
    );
  }

  /** @returns the bench, or null where it could not be opened (the person was told). */
  async open(
    wanted: { readonly lab: string } | { readonly assignment: string } | { readonly version: string },
  ): Promise<string | null> {
    const answer = await this.#session.ask('The lab was not opened', 'lab.open', wanted);
    if (answer === null) return null;
    void this.#session.refreshBenches();
    return answer.bench;
  }

  async check(kind: 'check' | 'hand-in'): Promise<void> {
    const bench = this.#bench;
    if (bench === null) return;
    // What is judged is what stands on the screen.
    await this.#session.files?.flush();
    const title = kind === 'check' ? 'Not checked' : 'Not handed in';
    const begun = await this.#session.ask(title, kind === 'check' ? 'lab.check' : 'lab.hand-in', { bench });
    if (begun === null || bench !== this.#bench) return;
    const { progress, task } = this.store.getState();
    if (progress === null)
      this.store.setState({
        progress: {
          attempt: begun.attempt,
          kind,
          before: 0,
          done: 0,
          of: task?.checks.length ?? 0,
          title: null,
        },
        ended: null,
      });
  }

  async cancel(): Promise<void> {
    const bench = this.#bench;
    if (bench !== null) await this.#session.ask('The check goes on', 'lab.cancel', { bench });
  }

  async takeHint(index: number): Promise<void> {
    const bench = this.#bench;
    if (bench === null) return;
    const task = await this.#session.ask('The hint was not taken', 'lab.hint', { bench, index });
    if (task !== null && bench === this.#bench) this.store.setState({ task });
  }

  async loadAttempts(): Promise<void> {
    const bench = this.#bench;
    if (bench === null) return;
    const attempts = await this.#session.ask('The attempts cannot be shown', 'lab.attempts', { bench });
    if (attempts !== null && bench === this.#bench) this.store.setState({ attempts });
  }

  /** Shows the trace of a check's run. @returns the run of the bench that it is now, or null (the person was told). */
  async showEvidence(attempt: string, run: number): Promise<string | null> {
    const bench = this.#bench;
    if (bench === null) return null;
    const shown = await this.#session.ask('The trace is not shown', 'lab.evidence', { bench, attempt, run });
    if (shown === null) return null;
    this.#notify({
      level: 'info',
      title: 'The trace of the check is shown',
      text: 'It is what your script did when it was checked. Run makes one of your own again.',
    });
    return shown.run;
  }

  /** Makes the bench, or one file, what the lab began with. */
  async reset(path?: string): Promise<void> {
    const bench = this.#bench;
    if (bench === null) return;
    await this.#session.files?.flush();
    const asked = path === undefined ? { bench } : { bench, path };
    const words =
      path === undefined ? 'The files are as at the beginning.' : `${path} is as at the beginning.`;
    this.#changed(bench, words, await this.#session.ask('Nothing was reset', 'lab.reset', asked));
  }

  /** Makes the bench, or one file, what it was after a revision. */
  async restore(n: number, path?: string): Promise<void> {
    const bench = this.#bench;
    if (bench === null) return;
    await this.#session.files?.flush();
    const asked = path === undefined ? { bench, n } : { bench, n, path };
    const words = path === undefined ? 'The files are as they were then.' : `${path} is as it was then.`;
    this.#changed(bench, words, await this.#session.ask('Nothing was restored', 'history.restore', asked));
  }

  async undo(): Promise<void> {
    const { undo } = this.store.getState();
    if (undo === null) return;
    await this.restore(undo.n);
    this.store.setState({ undo: null });
  }

  forgetUndo(): void {
    this.store.setState({ undo: null });
  }

  #changed(bench: string, words: string, changed: Restored | null): void {
    if (changed === null || bench !== this.#bench) return;
    for (const path of changed.removed) this.#session.files?.discard(path);
    for (const file of changed.files) this.#session.files?.arrived(file);
    if (changed.n === changed.undo) {
      this.#notify({ level: 'info', title: 'Nothing had to be changed', text: words });
      return;
    }
    this.store.setState({ undo: { words, n: changed.undo } });
  }

  async #loadTask(): Promise<void> {
    const bench = this.#bench;
    const { bench: view } = this.#session.state;
    if (bench === null || view.status !== 'open' || view.info.kind !== 'work') return;
    const answer = await this.#session.request('lab.task' satisfies RequestName, { bench });
    if (bench !== this.#bench) return;
    if (!answer.ok) {
      this.store.setState({ taskProblem: answer.error.message });
      return;
    }
    this.store.setState({
      task: answer.value,
      taskProblem: null,
      progress: answer.value?.underWay ?? null,
    });
  }

  #ended(attempt: Attempt): void {
    const { progress, attempts } = this.store.getState();
    this.store.setState({
      ended: attempt,
      progress: progress?.attempt === attempt.id ? null : progress,
      attempts: attempts === null ? null : [attempt, ...attempts.filter(({ id }) => id !== attempt.id)],
    });
    void this.#loadTask();
  }
}

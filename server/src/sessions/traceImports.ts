/** Traces from elsewhere become runs of a bench: read in a thread of their own, then in the books like any run that ended. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionState } from '@sandtable/shared/session';
import type { TraceProblem } from '@sandtable/shared/traceImport';
import type { RunStore } from '../store/runStore.ts';
import { newId } from '../store/store.ts';
import type { ImportQuestions } from './importThread.ts';
import { Thread } from './thread.ts';

export type TraceImported =
  | { readonly ok: true; readonly id: string; readonly bench: string; readonly state: SessionState }
  | { readonly ok: false; readonly problems: readonly TraceProblem[] };

const FAILED: readonly TraceProblem[] = [
  { line: 0, message: 'The server could not read it; it has logged why.' },
];

export class TraceImports {
  readonly #runs: RunStore;
  readonly #logs: string;
  readonly #ended: (run: string) => void;
  readonly #thread = new Thread<ImportQuestions>(new URL('./importThread.ts', import.meta.url));

  /** `logs`: one folder a run. `ended` is told of a run that is complete and that nobody has read yet. */
  constructor(runs: RunStore, logs: string, ended: (run: string) => void) {
    this.#runs = runs;
    this.#logs = logs;
    this.#ended = ended;
  }

  /** Makes a run of the bench from a file. Where something is wrong with it nothing is left behind. */
  async import(bench: string, file: string): Promise<TraceImported> {
    const id = newId();
    const folder = join(this.#logs, id);
    await this.#runs.started(id, bench, 'script');
    const imported = await this.#thread.ask('import', file, folder, id);
    if (imported?.ok !== true) {
      await this.#runs.forget(id);
      rmSync(folder, { recursive: true, force: true });
      return { ok: false, problems: imported?.problems ?? FAILED };
    }
    const { state } = imported;
    await this.#runs.ended(id, {
      status: state.exit?.status ?? 0,
      reason: state.exit?.reason ?? 'server',
      logBytes: 0,
      input: null,
    });
    this.#ended(id);
    return { ok: true, id, bench, state };
  }

  close(): Promise<void> {
    return this.#thread.close();
  }
}

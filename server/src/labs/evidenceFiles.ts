/** Where the evidence of an attempt lies, and which of it is shown as a run of a bench. */
import { join } from 'node:path';
import { LOG_FILE } from '../sessions/logFormat.ts';
import type { RunStore } from '../store/runStore.ts';
import { runFolder } from './evidenceFormat.ts';

/** Trace of one run of an attempt, below the attempt's folder. */
export function evidenceFile(run: number): string {
  return join(runFolder(run), LOG_FILE);
}

/** Evidence that was made a run of a bench is not made one again. Known as long as the server runs: another one makes another run. */
const REMEMBERED = 500;

export class ShownEvidence {
  readonly #runs: RunStore;
  readonly #known = new Map<string, string>();

  constructor(runs: RunStore) {
    this.#runs = runs;
  }

  /** The run that shows it, if it is kept. */
  async runOf(attempt: string, run: number): Promise<string | null> {
    const known = this.#known.get(`${attempt} ${String(run)}`);
    return known === undefined || (await this.#runs.get(known)) === null ? null : known;
  }

  isRun(attempt: string, run: number, shownAs: string): void {
    if (this.#known.size >= REMEMBERED) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(`${attempt} ${String(run)}`, shownAs);
  }
}

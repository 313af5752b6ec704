/** Everything that doing labs needs, put together. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '../store/store.ts';
import { CheckDesk, type CheckDeskOptions, type RunChecks } from './checkDesk.ts';
import { ShownEvidence } from './evidenceFiles.ts';
import { LabShelf } from './labShelf.ts';
import { Works } from './works.ts';

export interface LabServices {
  /** How submissions are judged. */
  readonly run: RunChecks;
  readonly shelf: LabShelf;
  readonly works: Works;
  readonly checks: CheckDesk;
  readonly evidence: ShownEvidence;
}

/** `data`: the folder of everything that must survive; evidence lies below it. */
export function labServices(options: {
  readonly store: Store;
  readonly data: string;
  readonly run: RunChecks;
  readonly tell: CheckDeskOptions['tell'];
}): LabServices {
  const { store } = options;
  const shelf = new LabShelf(store.labs);
  const evidence = join(options.data, 'attempts');
  mkdirSync(evidence, { recursive: true, mode: 0o700 });
  return {
    run: options.run,
    shelf,
    works: new Works(store, shelf),
    checks: new CheckDesk({ store, run: options.run, evidence, tell: options.tell }),
    evidence: new ShownEvidence(store.runs),
  };
}

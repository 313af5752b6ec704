/** What a run is to be made from, or why it cannot be made: looked at before anything is stopped, so that a refusal costs nothing. */
import type { RunMode } from '@sandtable/shared/events';
import type { TerminalSize } from '@sandtable/shared/protocol';
import { interpreterState } from '../sandbox/index.ts';
import { builtInSource } from '../sandbox/policy/loadPolicy.ts';
import type { FileStore } from '../store/fileStore.ts';
import type { LabPart } from './labPart.ts';
import { GUEST_FOLDER, guestFiles, POLICY_FILE } from './benchWorld.ts';
import type { PolicyChecks } from './policyChecks.ts';
import { policyComplaint } from './policyComplaint.ts';
import type { RunSpec, StartRefusal } from './workerMessages.ts';

export interface StartOptions {
  readonly bench: string;
  readonly mode: RunMode;
  /** Path of a bench file; unused in mode `repl`. */
  readonly script: string;
  readonly args: readonly string[];
  readonly size: TerminalSize;
  readonly cold: boolean;
  /** The policy only records what it would have said. */
  readonly audit?: boolean;
  /** Every row is to say where in the program its call came from. */
  readonly lines?: boolean;
  /** What the lab of the bench adds to the run; see `labRunExtras`. */
  readonly lab?: LabPart;
}

/** Why nothing was run. */
export type RunRefusal =
  StartRefusal | { readonly ok: false; readonly code: 'not-found' | 'busy'; readonly message: string };

export type RunPlan =
  | {
      readonly ok: true;
      readonly spec: Omit<RunSpec, 'run' | 'folder'>;
      /** The bench's revision that it is made from. */
      readonly revision: number;
    }
  | RunRefusal;

export async function planRun(
  options: StartOptions,
  store: FileStore,
  policies: PolicyChecks,
): Promise<RunPlan> {
  const engine = await interpreterState();
  if (!engine.ok) {
    const [problem] = engine.problems;
    const message =
      problem === undefined ? 'No guest can run on this machine.' : `${problem.message} ${problem.cure}`;
    return { ok: false, code: 'engine-missing', message };
  }
  const snapshot = await store.snapshot(options.bench);
  if (snapshot === null) return { ok: false, code: 'not-found', message: 'There is no such bench any more.' };
  const { files, revision } = snapshot;
  if (options.mode === 'script' && !files.some((file) => file.path === options.script)) {
    return {
      ok: false,
      code: 'not-found',
      message: `There is no file ${options.script} on this bench. Nothing was run.`,
    };
  }
  const own = files.find((file) => file.path === POLICY_FILE);
  const policy =
    own === undefined
      ? { name: 'standard', source: builtInSource('standard') }
      : { name: POLICY_FILE, source: new TextDecoder().decode(own.content) };
  const diagnostics = own === undefined ? [] : await policies.check(policy.source);
  if (diagnostics.some((each) => each.severity === 'error')) {
    return { ok: false, code: 'policy-invalid', message: policyComplaint(diagnostics), diagnostics };
  }
  return {
    ok: true,
    revision,
    spec: {
      mode: options.mode,
      ...(options.mode === 'script' ? { script: `${GUEST_FOLDER}/${options.script}` } : {}),
      args: options.args,
      files: guestFiles(files),
      policy,
      size: options.size,
      cold: options.cold,
      audit: options.audit ?? false,
      lines: options.lines ?? false,
      ...(options.lab === undefined ? {} : { lab: options.lab }),
    },
  };
}

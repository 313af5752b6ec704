/** What the whole page shows of the server's world: one immutable value, replaced as a whole by `session.ts`. */
import type { BenchInfo, Diagnostic, Meta } from '@sandtable/shared/protocol';
import type { SessionState } from '@sandtable/shared/session';
import type { ConnectionStatus } from './connection.ts';
import type { WorkFiles } from './workFile.ts';

export type BenchView =
  | { readonly status: 'none' }
  | { readonly status: 'opening'; readonly id: string }
  | { readonly status: 'open'; readonly info: BenchInfo }
  /** It is not there any more, or the server could not read it. */
  | { readonly status: 'failed'; readonly id: string; readonly message: string };

/** A run that the server did not begin: what it said, for the editor and the banner. */
export interface Refusal {
  readonly message: string;
  readonly diagnostics: readonly Diagnostic[];
}

export interface WorkState {
  readonly connection: ConnectionStatus;
  /** The server said that it is going away. */
  readonly closing: string | null;
  readonly meta: Meta | null;
  readonly metaProblem: string | null;
  readonly benches: readonly BenchInfo[] | null;
  readonly bench: BenchView;
  readonly files: WorkFiles;
  /** Whether unsaved edits are safe in the browser's storage. */
  readonly draftsKept: boolean;
  /** The run under way or the last one. */
  readonly run: SessionState | null;
  /** `run.start` was asked and not answered yet. */
  readonly starting: boolean;
  /** Stop was asked for this run and its end has not arrived. */
  readonly stopping: boolean;
  readonly refusal: Refusal | null;
  /** Counts up whenever rows arrived by fetching, for views that read them from the cache. */
  readonly rowsArrived: number;
}

export const EMPTY_WORK: WorkState = {
  connection: 'connecting',
  closing: null,
  meta: null,
  metaProblem: null,
  benches: null,
  bench: { status: 'none' },
  files: {},
  draftsKept: true,
  run: null,
  starting: false,
  stopping: false,
  refusal: null,
  rowsArrived: 0,
};

/** Id of the bench that is open. */
export function openBench({ bench }: WorkState): string | null {
  return bench.status === 'open' ? bench.info.id : null;
}

/** What the toolbar and the status bar call the present moment. */
export type RunMood =
  | 'none'
  | 'starting'
  | 'running'
  | 'input'
  | 'stopping'
  | 'exited'
  | 'failed'
  | 'limit'
  | 'crashed'
  | 'stopped';

export function runMood(state: WorkState): RunMood {
  if (state.starting) return 'starting';
  const run = state.run;
  if (run === null) return 'none';
  if (run.phase !== 'ended') return state.stopping ? 'stopping' : run.phase;
  switch (run.exit?.reason) {
    case undefined:
    case 'exit':
      return (run.exit?.status ?? 0) === 0 ? 'exited' : 'failed';
    case 'limit':
      return 'limit';
    case 'stopped':
      return 'stopped';
    case 'signal':
    case 'protocol':
    case 'host':
    case 'server':
      return 'crashed';
  }
}

/** Whether a guest is alive: it can be stopped, interrupted and typed to. */
export function isLive(state: WorkState): boolean {
  return state.run !== null && state.run.phase !== 'ended';
}

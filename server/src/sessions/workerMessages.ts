/** What main thread and run workers say to each other. Plain data: it crosses a thread by structured clone. */
import type { RunMode } from '@sandtable/shared/events';
import type { Batch, Diagnostic, TerminalSize } from '@sandtable/shared/protocol';
import type { LabPart } from './labPart.ts';
import type { RunExit, WorldList, WorldRead } from '../sandbox/index.ts';

/** Everything that a run is made from. */
export interface RunSpec {
  readonly run: string;
  /** Folder for the log; made by the worker. */
  readonly folder: string;
  readonly mode: RunMode;
  /** Absolute guest path. */
  readonly script?: string;
  readonly args: readonly string[];
  /** By absolute guest path. */
  readonly files: readonly { readonly path: string; readonly data: Uint8Array }[];
  readonly policy: { readonly name: string; readonly source: string };
  readonly size: TerminalSize;
  /** From nothing, so that every call of the interpreter's start is in the trace. */
  readonly cold: boolean;
  /** The policy only records what it would have said. */
  readonly audit?: boolean;
  /** Every row is to say where in the program its call came from. */
  readonly lines?: boolean;
  /** What the lab of the bench adds. */
  readonly lab?: LabPart;
}

export type StartRefusal = {
  readonly ok: false;
  readonly code: 'policy-invalid' | 'engine-missing' | 'internal';
  readonly message: string;
  readonly diagnostics?: readonly Diagnostic[];
};

/** `stop` and `drop` of a run that is over, and anything to a run that is unknown, do nothing. */
export type ToWorker =
  | { readonly type: 'start'; readonly spec: RunSpec; readonly allowed: number }
  | { readonly type: 'input'; readonly run: string; readonly data: string }
  | { readonly type: 'interrupt'; readonly run: string }
  | { readonly type: 'stop'; readonly run: string; readonly reason: 'stopped' | 'server' }
  | { readonly type: 'resize'; readonly run: string; readonly size: TerminalSize }
  /** Terminal characters that the pages can take, as a total since the run began. */
  | { readonly type: 'allow'; readonly run: string; readonly total: number }
  /** A batch was handled. */
  | { readonly type: 'taken'; readonly run: string }
  /** Nobody looks at the world of this ended run any more. */
  | { readonly type: 'drop'; readonly run: string }
  | { readonly type: 'list'; readonly id: number; readonly run: string; readonly path: string }
  | {
      readonly type: 'read';
      readonly id: number;
      readonly run: string;
      readonly path: string;
      readonly maxBytes: number;
    }
  | { readonly type: 'ping' };

/** For one run: `started`, then batches, then `ended`; or `refused` and nothing else. */
export type FromWorker =
  | { readonly type: 'started'; readonly run: string }
  | { readonly type: 'refused'; readonly run: string; readonly refusal: StartRefusal }
  | { readonly type: 'batch'; readonly run: string; readonly batch: Batch; readonly logBytes: number }
  | { readonly type: 'ended'; readonly run: string; readonly exit: RunExit; readonly logBytes: number }
  | { readonly type: 'listed'; readonly id: number; readonly result: WorldList | null }
  | { readonly type: 'read'; readonly id: number; readonly result: WorldRead | null }
  | { readonly type: 'pong' };

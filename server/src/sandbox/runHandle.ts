/** What whoever starts a run gives, and what they get back: the whole of the sandbox's outer face. */
import type { ExitEvent, RunMode } from '@sandtable/shared/events';
import type { PolicyEngine, RunLimits } from '@sandtable/shared/policy/model';
import type { TerminalSize, WorldEntry } from '@sandtable/shared/protocol';
import type { Interpreter } from './interpreters.ts';
import type { Network } from './net/network.ts';
import type { RunSink } from './sink.ts';
import type { Zygotes } from './zygotes.ts';

/** A file that the guest finds when it starts; the controller owns `data` from then on. */
export interface StartFile {
  /** Absolute guest path, for example `/tmp/script.py`. Directories on the way are made. */
  readonly path: string;
  readonly data: Uint8Array;
  /** Permission bits; 0o644 by default. */
  readonly mode?: number;
  /** The lab put it there, so it does not count towards the quotas of the policy, however large it is. */
  readonly ofLab?: true;
}

/** A folder of the real machine that the guest sees, read only on disk; what the guest writes there stays virtual. */
export interface RealFolder {
  readonly at: string;
  readonly hostPath: string;
}

export type Stdio =
  | { readonly kind: 'tty'; readonly size: TerminalSize }
  /** Standard input comes through `input` and ends with `eof`; output is not translated. */
  | { readonly kind: 'pipes' };

export interface RunOptions {
  /** Id of the run, as it stands in its `start` event. */
  readonly run: string;
  readonly mode: RunMode;
  /** Absolute guest path of the script; unused in mode `repl`. */
  readonly script?: string;
  readonly args?: readonly string[];
  readonly files: readonly StartFile[];
  readonly folders?: readonly RealFolder[];
  /** Whom the guest's sockets reach; by default nobody but itself. */
  readonly network?: Network;
  /** From `loadPolicy`; the run disposes of it at its end. */
  readonly engine: PolicyEngine;
  /** Name of the policy for the `start` event: `policy.ts`, `lecture`, `standard`. */
  readonly policy: string;
  /** Already clamped (`clampLimits`); see limits.ts for what happens at each. */
  readonly limits: RunLimits;
  readonly stdio: Stdio;
  readonly sink: RunSink;
  /** What the guest is; the server's usual one by default. */
  readonly interpreter?: Interpreter;
  /** Where guests are forked from; without it, the interpreter is started from nothing. */
  readonly zygotes?: Zygotes;
  /** The interpreter is to start from nothing, so that every call of its start is in the trace. */
  readonly cold?: boolean;
  /** Each row says where in the guest's program its call came from, not only those that were not simply allowed. */
  readonly lines?: boolean;
  /** Told what is handed to the guest as typed or piped in; for logs. */
  readonly typed?: (text: string) => void;
}

export interface RunExit {
  readonly status: number;
  readonly reason: ExitEvent['reason'];
  readonly message: string;
}

/** One thing that a run did to the files below a mount. `data` is what stands there now. */
export type FileChange =
  | { readonly kind: 'written'; readonly path: string; readonly data: Uint8Array; readonly mode: number }
  | { readonly kind: 'directory'; readonly path: string; readonly mode: number }
  | { readonly kind: 'symlink'; readonly path: string; readonly target: string }
  | { readonly kind: 'removed'; readonly path: string };

export type WorldList =
  | { readonly ok: true; readonly entries: readonly WorldEntry[] }
  | { readonly ok: false; readonly code: 'not-found' };
export type WorldRead =
  | { readonly ok: true; readonly data: Uint8Array; readonly size: number; readonly cut: boolean }
  | { readonly ok: false; readonly code: 'not-found' };

/** A run under way or over. The world stays readable after the end, until the handle is dropped. */
export interface RunHandle {
  /** Keys of the terminal (escape sequences and all), or bytes of the pipe; text with surrogate escapes. */
  input(data: string): void;
  /** Ctrl-D at the terminal, end of the pipe. */
  eof(): void;
  /** Ctrl-C: SIGINT to the guest; calls that block answer EINTR. */
  interrupt(): void;
  /** Kills the guest at once; `exit` follows with reason `stopped` (or `server`), and this message where there is one. */
  stop(reason?: 'stopped' | 'server', message?: string): void;
  resize(size: TerminalSize): void;
  /** Entries of a directory as the platform sees them, hidden mounts left out. */
  list(path: string): WorldList;
  /** At most `maxBytes` of a file; never asks the policy, never counts as a call. */
  read(path: string, maxBytes: number): WorldRead;
  /** Everything the guest changed, in order of path. */
  changes(): readonly FileChange[];
  /** Resolves once: after the `exit` event is in the sink, the guest is gone and everything is released. Never rejects. */
  readonly done: Promise<RunExit>;
}

/**
 * What handlers are: functions that perform one call in the virtual world, and what they have at hand.
 *
 * A handler is reached through `engine.decide` only. It answers with plain values; where the exact form matters (bytes, dates to the
 * nanosecond) it leaves that with the call as `native`, and it counts only while nobody changes the answer.
 */
import type { CallArgs, MaybePromise, Outcome, PlainValue, RunLimits } from '@sandtable/shared/policy/model';
import type { Errno } from '@sandtable/shared/errno';
import { decodeText, encodeText } from '@sandtable/shared/text';
import type { GuestIdentity } from '../guestIdentity.ts';
import { GuestNet } from '../net/guestNet.ts';
import type { Network } from '../net/network.ts';
import type { ProcessUsage } from '../processUsage.ts';
import type { Terminal } from '../tty/terminal.ts';
import type {
  DirectoryLine,
  GuestFiles,
  OpenDescription,
  Outcome as VfsOutcome,
  Stat,
} from '../vfs/index.ts';
import type { Waits } from '../waits.ts';
import type { Native } from '../wire/encoder.ts';
import type { Asked } from '../wire/asked.ts';

/** The run as handlers see it. */
export interface GuestRun {
  readonly files: GuestFiles;
  /** What the guest's sockets reach; a loopback of its own by default. */
  readonly network?: Network;
  /** Null where standard input and output are pipes. */
  readonly terminal: Terminal | null;
  readonly waits: Waits;
  readonly identity: GuestIdentity;
  /** Set where the interpreter cannot start unless its standard descriptors are a terminal: they are one to it, pipes or not. */
  readonly terminalAlways?: boolean;
  readonly limits: RunLimits;
  usage(): ProcessUsage;
  /** Sends a real signal to the guest, and wakes what its main thread waits for. */
  raise(signal: number): void;
  /** A read of the person's input begins or ceases to wait. */
  waitsForInput(waiting: boolean): void;
  readonly timers: IntervalTimers;
  /** The guest announces its end. */
  exiting(status: number): void;
  fatal(message: string): void;
}

const nets = new WeakMap<GuestRun, GuestNet>();

/** What the sockets of a run share; made when it is first asked for, since most guests have no sockets. */
export function netOf(run: GuestRun): GuestNet {
  let net = nets.get(run);
  if (net === undefined) nets.set(run, (net = new GuestNet(run.network)));
  return net;
}

/** Alarms of the guest; times in seconds, 0 for none. */
export interface IntervalTimers {
  set(which: number, value: number, interval: number): { readonly value: number; readonly interval: number };
  get(which: number): { readonly value: number; readonly interval: number };
}

/** One call while it is performed. */
export class ActiveCall {
  readonly asked: Asked;
  readonly thread: number;
  /** The handler's outcome, and its exact form. */
  outcome: Outcome | null = null;
  native: Native | null = null;

  constructor(asked: Asked, thread: number) {
    this.asked = asked;
    this.thread = thread;
  }

  /** Bytes to write: the guest's own if the arguments are, else those that a policy put in their place. */
  data(args: CallArgs): Uint8Array {
    const { held } = this.asked;
    if (held !== null && args === this.asked.args) return held.bytes;
    const { data } = args;
    return typeof data === 'string' ? encodeText(data) : EMPTY;
  }

  bytes(bytes: Uint8Array): Outcome {
    return this.message(bytes, null);
  }

  /** Bytes, and the address that they came from where there is one. */
  message(bytes: Uint8Array, from: string | null): Outcome {
    this.native = { kind: 'bytes', bytes, from };
    return (this.outcome = {
      ok: true,
      get value() {
        return decodeText(bytes);
      },
    });
  }

  stat(stat: Stat): Outcome {
    this.native = { kind: 'stat', stat };
    return (this.outcome = {
      ok: true,
      get value() {
        return plainStat(stat);
      },
    });
  }

  lines(all: readonly DirectoryLine[]): Outcome {
    const lines = all.filter(({ name }) => name !== '.' && name !== '..');
    this.native = { kind: 'lines', lines: all };
    return (this.outcome = {
      ok: true,
      get value() {
        return lines.map(({ name }) => name);
      },
    });
  }
}

const EMPTY = new Uint8Array(0);

/** Times in seconds, as a policy sees them. */
function plainStat(stat: Stat): PlainValue {
  const { mode, ino, dev, nlink, uid, gid, rdev, size, blksize, blocks } = stat;
  return {
    mode,
    ino,
    dev,
    nlink,
    uid,
    gid,
    rdev,
    size,
    blksize,
    blocks,
    atime: stat.atimeSec + stat.atimeNsec / 1e9,
    mtime: stat.mtimeSec + stat.mtimeNsec / 1e9,
    ctime: stat.ctimeSec + stat.ctimeNsec / 1e9,
  };
}

export type Handler = (run: GuestRun, args: CallArgs, call: ActiveCall) => MaybePromise<Outcome>;

export const DONE: Outcome = Object.freeze({ ok: true, value: null });

const failures = new Map<Errno, Outcome>();

/** The failure for an error; one shared object each. */
export function fail(errno: Errno): Outcome {
  let failure = failures.get(errno);
  if (failure === undefined) {
    failure = Object.freeze({ ok: false, errno });
    failures.set(errno, failure);
  }
  return failure;
}

export function ok(value: PlainValue): Outcome {
  return { ok: true, value };
}

/** A number among the arguments; what is performed was checked before (`requests.ts`). */
export function int(args: CallArgs, name: string): number {
  const value = args[name];
  return typeof value === 'number' ? value : 0;
}

export function text(args: CallArgs, name: string): string {
  const value = args[name];
  return typeof value === 'string' ? value : '';
}

/** Hands on what the file system answers to something without a value. */
export function settled(
  result: { readonly ok: true } | { readonly ok: false; readonly errno: Errno },
): Outcome {
  return result.ok ? DONE : fail(result.errno);
}

/** Hands on a number. */
export function numbered(
  result: { readonly ok: true; readonly value: number } | { readonly ok: false; readonly errno: Errno },
): Outcome {
  return result.ok ? ok(result.value) : fail(result.errno);
}

/** Performs what may block: at once, or when the description that it waits for is ready. */
export function blocking<T>(
  run: GuestRun,
  call: ActiveCall,
  attempt: () => VfsOutcome<T>,
  done: (value: T) => Outcome,
): MaybePromise<Outcome> {
  const first = attempt();
  if (first.ok) return done(first.value);
  if (first.wait === undefined) return fail(first.errno);
  const { description } = first.wait;
  const input = isInput(description) && first.wait.want === 'readable';
  if (input) run.waitsForInput(true);
  const waited = run.waits.wait({
    thread: call.thread,
    sources: [description],
    look: () => {
      const next = attempt();
      if (next.ok) return done(next.value);
      return next.wait === undefined ? fail(next.errno) : null;
    },
    timeout: null,
  });
  return input
    ? waited.finally(() => {
        run.waitsForInput(false);
      })
    : waited;
}

function isInput(description: OpenDescription): boolean {
  return description.kind === 'external' && 'isInput' in description && description.isInput === true;
}

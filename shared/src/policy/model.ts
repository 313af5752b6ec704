/**
 * The policy model: what a controller asks of a policy and what it gets back. Pure data and interfaces; the engine that
 * implements them stands beside this file, the QuickJS half in the server.
 *
 * Order of judgement, outermost first: lab middleware → student middleware → student rules → lab rules → ceiling → handler, and the
 * answer back through the same middleware. So whatever middleware rewrites, the request that is really performed has passed
 * every rule and the ceiling. NEVER call a handler except through {@link PolicyEngine.decide}.
 */
import type { CallName } from '../calls.ts';
import type { Errno } from '../errno.ts';
import type { RuleInfo, Verdict } from '../verdicts.ts';

/** Structs and bytes as policies and the trace see them: plain JSON. Bytes are text with surrogate escapes (`text.ts`). */
export type PlainValue =
  string | number | boolean | null | readonly PlainValue[] | { readonly [key: string]: PlainValue };

export type CallArgs = { readonly [name: string]: PlainValue };

export interface CallRequest {
  readonly call: CallName;
  /** As the guest passed them; names are those of the call table. */
  readonly args: CallArgs;
  /**
   * Where the call really acts: absolute, every symbolic link and `..` resolved (the last component only where the call
   * follows it), as of now. For a descriptor the name it was opened by, or `<stdin>`, `<stdout>`, `<stderr>`, `<pipe>`,
   * `<socket>`. For an address of the network that address: `<127.0.0.1:80>`, `<[::1]:80>`, `<@name>`. Rules match this, never `args.path`.
   */
  readonly path?: string;
  /** The second name of rename and link, resolved in the same way. */
  readonly newpath?: string;
  readonly access: 'read' | 'write' | 'none';
}

/** The outcome of a call: a value (shape by the call's result kind), an error of Linux, or RuntimeError in the guest. */
export type Outcome =
  | { readonly ok: true; readonly value: PlainValue }
  | { readonly ok: false; readonly errno: Errno }
  | { readonly ok: false; readonly raise: 'RuntimeError'; readonly message?: string };

/** All that a trace row needs beside the request: what was decided, what was performed, what came, what the guest saw. */
export interface Decision {
  readonly verdict: Verdict;
  /** The request as performed, where middleware changed it. */
  readonly performed?: CallRequest;
  /** The handler's outcome, where middleware changed it; `seen` is what the guest gets. */
  readonly answered?: Outcome;
  readonly seen: Outcome;
  /** Audit: what the policy would have said, had it been asked in earnest (`audit.ts`). */
  readonly would?: { readonly verdict: Verdict; readonly seen: Outcome };
}

export type MaybePromise<T> = T | Promise<T>;

/** Performs a request in the virtual world. `request` may differ from the one asked. */
export type Perform = (request: CallRequest) => MaybePromise<Outcome>;

/**
 * The request that these arguments make, with its names resolved as of now. The controller's, because only it knows the
 * virtual world; it may know more of a request than stands in {@link CallRequest}, and the engine hands that on. `before` is the request
 * that a policy changed or kept waiting: a descriptor that it left as it was still means what it meant then. Never throws.
 */
export type Resolve = (call: CallName, args: CallArgs, before: CallRequest) => CallRequest;

/** Something that the author of the policy should know: what it printed, or that it is broken for the rest of the run. */
export interface PolicyNotice {
  readonly code: 'policy-log' | 'policy-log-cut' | 'policy-ended' | 'handler-threw';
  readonly level: 'info' | 'warning' | 'error';
  readonly message: string;
}

export interface PolicyEngine {
  /** Every place that can decide, in order of id; grows when middleware denies from a new line. */
  readonly rules: readonly RuleInfo[];
  /** Called with each rule added after the run began. */
  onRule: ((rule: RuleInfo) => void) | null;
  /** Calls that the policy might deny with RuntimeError; '*' where middleware makes that unknowable. */
  readonly raising: '*' | ReadonlySet<CallName>;
  /** Calls that may be decided otherwise than by simply allowing them; '*' where middleware makes that unknowable. */
  readonly restrained: '*' | ReadonlySet<CallName>;
  /** Whether the policy wants to judge clocks, which are read in process otherwise. */
  readonly judgesTime: boolean;
  /** Whether the platform alone decides about reading the interpreter's library, so that no policy sees or changes what is read there. */
  readonly leavesLibraryAlone: boolean;
  /** Whether every step of reading an open file of that name is simply allowed, with no function around it: then it need not be asked for one by one. */
  allowsReading(path: string): boolean;
  /** Set where the policy only records what it would have said, and the platform's ceiling alone decides. */
  readonly audit?: true;
  readonly world: WorldSpec;
  /**
   * Set by the controller before the first call. Used where middleware changed the arguments or let time pass, so that what is
   * judged is what is performed; without it such a call is denied.
   */
  resolve: Resolve | null;
  /** Called with each notice; bounded by the engine. */
  onNotice: ((notice: PolicyNotice) => void) | null;
  /**
   * Ends the boot phase, in which the interpreter's own start-up is allowed with code `boot` whatever the policy says. Call it
   * when the guest first opens anything that is not the platform's own, or first reads from or writes to descriptor 0, 1 or 2. Calling
   * it again does nothing.
   */
  beginGuest(): void;
  /**
   * The one decision point. Synchronous wherever static rules suffice; never rejects and never throws: a policy that fails
   * denies the call with a verdict that says so.
   */
  decide(request: CallRequest, perform: Perform): MaybePromise<Decision>;
  /** Static rules and ceiling only, without performing: for a request whose path moved while middleware was waiting. */
  judge(request: CallRequest): Verdict;
  /** Whether a function of some policy stands around this call: then what it answers may depend on more than names. */
  hasFunction(call: CallName): boolean;
  dispose(): void;
}

export type WriteMode = 'read-write' | 'read-only' | 'lecture';

export interface MountSpec {
  /** Absolute guest path. */
  readonly at: string;
  readonly mode: WriteMode;
  /** Files to begin with: path below the mount → text. */
  readonly files?: { readonly [path: string]: string };
}

/** The virtual world that a policy asks for, before the platform clamps it. */
export interface WorldSpec {
  readonly mounts: readonly MountSpec[];
  readonly quotas: {
    readonly fileBytes?: number;
    readonly totalBytes?: number;
    readonly files?: number;
    readonly descriptors?: number;
  };
  readonly identity: {
    readonly hostname?: string;
    readonly uid?: number;
    readonly gid?: number;
    readonly user?: string;
    readonly env?: { readonly [name: string]: string };
  };
  readonly limits: Partial<RunLimits>;
  /** Python modules that are imported before the script begins; their imports make no rows. */
  readonly modules?: readonly string[];
}

/** Limits of one run; see `limits.ts` for defaults, maxima and what happens at each. */
export interface RunLimits {
  readonly heapBytes: number;
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly outputBytes: number;
  readonly callsPerSecond: number;
  readonly threads: number;
  readonly traceBytes: number;
}

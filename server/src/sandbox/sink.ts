/**
 * Where a run's events go: the one way out of the sandbox.
 *
 * The controller calls these methods synchronously, in the order that things happened; the sink stamps `seq` and `t` and keeps
 * that order. A call row is made some 100,000 times a second, so it comes as finished JSON and not as an object: the sink
 * writes `{"seq":…,"t":…,` and then the tail, and parses only the few rows that somebody looks at.
 *
 * A sink must NEVER throw into the controller and must NEVER answer by calling the run's handle back from inside these
 * methods (a log that is full asks for `stop` in a later turn). Reading the world's files is the exception: it changes nothing.
 */
import type { CallName } from '@sandtable/shared/calls';
import type { RunEventBody } from '@sandtable/shared/events';
import type { VerdictKind } from '@sandtable/shared/verdicts';

/** Every event but call rows. */
export type SideEvent = Exclude<RunEventBody, { readonly type: 'call' }>;

export interface RunSink {
  /**
   * One call row. `tail` is a `CallEvent` as JSON without its opening brace, `seq` and `t`, closing brace included:
   * `"type":"call","n":0,…}`. The other arguments repeat what counters need, so that nobody has to parse it; `now` is when it was answered,
   * as `performance.now()` gives it.
   */
  call(tail: string, call: CallName, verdict: VerdictKind, rule: number, now: number): void;

  event(body: SideEvent): void;

  /**
   * Characters of terminal output that the slowest consumer takes now; at or below 0 a guest that writes to its terminal
   * waits for its reply. A sink without consumers (or one whose consumers all skip) answers `Infinity`.
   */
  outputRoom(): number;

  /** Set by the controller; the sink calls it when {@link outputRoom} rises above 0 again. */
  onOutputRoom: (() => void) | null;
}

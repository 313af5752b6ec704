/**
 * Rows on their way to the log, some of which wait for the Python stack of their call. It comes from the guest right after its answer, in
 * some ten microseconds, so rows wait in order: the trace keeps the order in which calls were answered.
 *
 * NEVER: let a guest that sends no stack hold back a row for long. Its next call, the end of the run, {@link MAX_WAITING} rows or
 * {@link PATIENCE_TICKS} send the row on without. What is counted is looks, not time: after a pause of this process what the guest sent
 * meanwhile is read before the next look, so that a busy machine takes no stack away.
 */
import type { CallName } from '@sandtable/shared/calls';
import type { StackFrame } from '@sandtable/shared/events';
import type { VerdictKind } from '@sandtable/shared/verdicts';

export type Record = (tail: string, call: CallName, verdict: VerdictKind, rule: number, now: number) => void;

/**
 * Rows behind one that waits for a thread which cannot run, while others do: what these call in a tenth of a second, and a few MiB. Beyond it the
 * first goes on without its stack.
 */
const MAX_WAITING = 4096;

/** Looks that find a row still waiting, some five seconds: a guest on a machine that does ten things at once gets its turn sooner, and one that
    tampers with its stacks keeps its own rows from being seen for that long. */
const PATIENCE_TICKS = 10;

interface Row {
  tail: string;
  readonly call: CallName;
  readonly verdict: VerdictKind;
  readonly rule: number;
  readonly now: number;
  readonly thread: number;
  /** Id of the request whose stack is waited for; 0 for none. */
  id: number;
  ticks: number;
}

export class RowQueue {
  readonly #record: Record;
  /** Empty, or begins with a row that waits. */
  #rows: Row[] = [];

  constructor(record: Record) {
    this.#record = record;
  }

  /** `id`: the request whose stack the row is to have; 0 where it is whole. */
  add(
    tail: string,
    call: CallName,
    verdict: VerdictKind,
    rule: number,
    now: number,
    thread: number,
    id: number,
  ): void {
    if (id === 0 && this.#rows.length === 0) {
      this.#record(tail, call, verdict, rule, now);
      return;
    }
    this.#rows.push({ tail, call, verdict, rule, now, thread, id, ticks: 0 });
    if (this.#rows.length > MAX_WAITING) this.#rows[0]!.id = 0;
    this.#drain();
  }

  /** A stack came; one that nobody waits for is forgotten. */
  stack(id: number, frames: readonly StackFrame[]): void {
    const row = id === 0 ? undefined : this.#rows.findLast((each) => each.id === id);
    if (row === undefined) return;
    row.id = 0;
    if (frames.length > 0) row.tail = `${row.tail.slice(0, -1)},"stack":${JSON.stringify(frames)}}`;
    this.#drain();
  }

  /** The thread asks something else: what it owes will not come. */
  asked(thread: number): void {
    if (this.#rows.length === 0) return;
    for (const row of this.#rows) if (row.thread === thread) row.id = 0;
    this.#drain();
  }

  /** To be called twice a second: lets go of what has waited for too long. */
  tick(): void {
    for (const row of this.#rows) if (++row.ticks > PATIENCE_TICKS) row.id = 0;
    this.#drain();
  }

  /** Nothing more will come. */
  end(): void {
    for (const row of this.#rows) row.id = 0;
    this.#drain();
  }

  #drain(): void {
    let ready = 0;
    while (ready < this.#rows.length && this.#rows[ready]!.id === 0) ready += 1;
    if (ready === 0) return;
    // Taken out first: whoever records may end the run, which drains again.
    const rows = this.#rows.splice(0, ready);
    for (const { tail, call, verdict, rule, now } of rows) this.#record(tail, call, verdict, rule, now);
  }
}

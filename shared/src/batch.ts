/**
 * Making batches: the live form of a stretch of the log, small however many calls it holds.
 *
 * A batch keeps every event that the session state needs and drops or joins the rest, so that for any list of events
 * `applyBatch(state, batchOf(events))` is the state after each of them:
 * - of call rows the newest {@link ROWS_PER_BATCH} stay, all are counted in the summary;
 * - output that follows output of the same descriptor is joined (calls between do not matter, nothing else may stand between);
 * - of usage and phase the newest stays, of writes to one file in a row the newest too;
 * - the contents of files are left to the log: a page asks for what it looks at.
 * The last event always stays, because its stamp is the state's clock. NEVER drop an event by time or size here: a page that
 * cannot take a batch is given a snapshot instead.
 */
import type { CallEvent, ContentEvent, RunEvent } from './events.ts';
import { ROWS_PER_BATCH, type Batch, type CallSummary } from './protocol.ts';
import { VERDICT_KINDS, type VerdictKind } from './verdicts.ts';

type Second = [number, number, number, number, number];

const COLUMN: Readonly<Record<VerdictKind, 1 | 2 | 3 | 4>> = { allow: 1, deny: 2, modify: 3, fake: 4 };

/** Collects events until {@link BatchBuilder.take}; memory is bounded by the non-call events added meanwhile. */
export class BatchBuilder {
  readonly #run: string;
  #from = 0;
  #to = 0;
  #others: RunEvent[] = [];
  /** Ring of the newest calls; `#calls % ROWS_PER_BATCH` is the place of the next. Text is parsed only if it is still there in the end. */
  #rows: (CallEvent | string)[] = [];
  #calls = 0;
  #verdicts: Record<VerdictKind, number> = emptyVerdicts();
  #rules = new Map<number, number>();
  #names = new Map<string, number>();
  #seconds: Second[] = [];
  /** Output waiting to be joined: pieces of `#others.at(-1)`. */
  #pieces: string[] = [];

  constructor(run: string) {
    this.#run = run;
  }

  get empty(): boolean {
    return this.#from === 0;
  }

  /** Events must come in the order of `seq`, without gaps. */
  add(event: RunEvent): void {
    if (event.type === 'call')
      this.#addCall(event.seq, event.t, event, event.call, event.verdict, event.rule);
    else this.#addOther(event);
  }

  /** A call row that exists as JSON already: `json` is the whole event, the other arguments repeat what is counted. */
  addCallJson(seq: number, t: number, json: string, call: string, verdict: VerdictKind, rule: number): void {
    this.#addCall(seq, t, json, call, verdict, rule);
  }

  /** The batch of everything added since the last `take`. Throws where nothing was added: look at {@link empty}. */
  take(): Batch {
    if (this.#from === 0) throw new Error('batch: no events');
    this.#joinPieces();
    const at = this.#calls % ROWS_PER_BATCH;
    const ring =
      this.#calls > ROWS_PER_BATCH ? [...this.#rows.slice(at), ...this.#rows.slice(0, at)] : this.#rows;
    const rows = ring.map((row) => (typeof row === 'string' ? (JSON.parse(row) as CallEvent) : row));
    const batch: Batch = {
      run: this.#run,
      from: this.#from,
      to: this.#to,
      events:
        rows.length === 0 ? this.#others : this.#others.length === 0 ? rows : mergeBySeq(this.#others, rows),
      summary: this.#summary(),
    };
    this.#from = 0;
    this.#others = [];
    this.#rows = [];
    this.#calls = 0;
    this.#verdicts = emptyVerdicts();
    this.#rules.clear();
    this.#names.clear();
    this.#seconds = [];
    return batch;
  }

  #step(seq: number): void {
    if (this.#from === 0) this.#from = seq;
    else if (seq !== this.#to + 1) throw new Error(`batch: event ${seq} after ${this.#to}`);
    this.#to = seq;
  }

  #addCall(
    seq: number,
    t: number,
    row: CallEvent | string,
    call: string,
    verdict: VerdictKind,
    rule: number,
  ): void {
    this.#step(seq);
    this.#rows[this.#calls % ROWS_PER_BATCH] = row;
    this.#calls += 1;
    this.#verdicts[verdict] += 1;
    this.#rules.set(rule, (this.#rules.get(rule) ?? 0) + 1);
    this.#names.set(call, (this.#names.get(call) ?? 0) + 1);
    const second = Math.floor(t / 1_000_000);
    let bucket = this.#seconds.at(-1);
    if (bucket?.[0] !== second) {
      bucket = [second, 0, 0, 0, 0];
      this.#seconds.push(bucket);
    }
    bucket[COLUMN[verdict]] += 1;
  }

  #addOther(event: Exclude<RunEvent, CallEvent>): void {
    this.#step(event.seq);
    const last = this.#others.at(-1);
    if (event.type === 'out' && last?.type === 'out' && last.fd === event.fd) {
      this.#pieces.push(event.data);
      this.#others[this.#others.length - 1] = { ...last, seq: event.seq, t: event.t };
      return;
    }
    this.#joinPieces();
    if (last !== undefined && supersedes(event, last)) this.#others.pop();
    this.#others.push(event.type === 'content' ? withoutData(event) : event);
  }

  #joinPieces(): void {
    const last = this.#others.at(-1);
    if (this.#pieces.length === 0 || last?.type !== 'out') return;
    this.#others[this.#others.length - 1] = { ...last, data: last.data + this.#pieces.join('') };
    this.#pieces = [];
  }

  #summary(): CallSummary {
    return {
      calls: this.#calls,
      byVerdict: this.#verdicts,
      byRule: Object.fromEntries(this.#rules),
      byCall: Object.fromEntries(this.#names),
      perSecond: this.#seconds,
    };
  }
}

/** The batch of a stretch of a run's log; `events` must not be empty and must have no gaps. */
export function batchOf(events: readonly RunEvent[], run: string): Batch {
  const builder = new BatchBuilder(run);
  for (const event of events) builder.add(event);
  return builder.take();
}

/** Whether the state after `last` and `event` is the state after `event` alone. */
function supersedes(event: RunEvent, last: RunEvent): boolean {
  if (event.type === 'usage' || event.type === 'phase') return last.type === event.type;
  if (event.type === 'content' || last.type === 'content') return last.type === 'content';
  return (
    event.type === 'file' &&
    last.type === 'file' &&
    event.change === 'write' &&
    last.change === 'write' &&
    event.path === last.path
  );
}

function withoutData({ data, ...event }: ContentEvent): ContentEvent {
  void data;
  return event;
}

function emptyVerdicts(): Record<VerdictKind, number> {
  return Object.fromEntries(VERDICT_KINDS.map((kind) => [kind, 0])) as Record<VerdictKind, number>;
}

function mergeBySeq(a: readonly RunEvent[], b: readonly RunEvent[]): RunEvent[] {
  const merged: RunEvent[] = [];
  let i = 0;
  for (const event of b) {
    for (; i < a.length && a[i]!.seq < event.seq; i++) merged.push(a[i]!);
    merged.push(event);
  }
  return merged.concat(a.slice(i));
}

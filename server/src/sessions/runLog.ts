/**
 * The sink of a run: stamps what the controller says, writes it to the log, and hands batches on. Lives in the run's worker.
 *
 * Order of things, which makes “what a page was told can be read back” true: stamp → line into the writer → on a tick flush the
 * writer → then the batch goes to the main thread. At most {@link BATCHES_UNDER_WAY} batches are on their way at once; while
 * the main thread has not taken them events gather here as counts and newest rows, so a flood never queues.
 *
 * Credit: the main thread says up to which total of terminal characters the pages can take (`allow`). The controller asks
 * {@link RunLog.outputRoom} before it answers a write, so a guest that floods waits for its reply.
 *
 * What is printed goes out at once where nothing was printed just before, so a first line and the echo of a key do not wait for the next frame.
 *
 * Contents of files come into the log when a batch goes out and at the end, never while a call is recorded.
 */
import type { CallName } from '@sandtable/shared/calls';
import type { RunEvent, RunPhase } from '@sandtable/shared/events';
import type { Batch } from '@sandtable/shared/protocol';
import { BatchBuilder } from '@sandtable/shared/session';
import type { VerdictKind } from '@sandtable/shared/verdicts';
import type { RunSink, SideEvent } from '../sandbox/index.ts';
import type { Content, ContentRecorder } from './contentRecorder.ts';
import { callLine } from './logFormat.ts';
import type { LogWriter } from './logWriter.ts';

/** One frame of a screen: a page cannot show more often. */
const BATCH_INTERVAL_MS = 16;

/** Until the guest's own program begins, or this long: three hundred rows of a start come at once, and the start keeps the processors. */
const START_INTERVAL_MS = 50;

/** Under a flood a batch says as much twice as rarely, and costs the page half. */
const BUSY_INTERVAL_MS = 33;

/** Calls in a batch from which on it counts as a flood. */
const BUSY_CALLS = 500;

/** One that the main thread handles and one that waits for it. */
const BATCHES_UNDER_WAY = 2;

export class RunLog implements RunSink {
  onOutputRoom: (() => void) | null = null;
  readonly #writer: LogWriter;
  readonly #builder: BatchBuilder;
  readonly #send: (batch: Batch, logBytes: number) => void;
  readonly #onFailure: (error: Error) => void;
  readonly #contents: ContentRecorder | null;
  readonly #began = performance.now();
  #seq = 0;
  #t = 0;
  #produced = 0;
  #allowed: number;
  #timer: NodeJS.Timeout | null = null;
  /** Set while what was printed is about to go out at once. */
  #soon: NodeJS.Immediate | null = null;
  /** When something printed last went out at once. */
  #printedAt = Number.NEGATIVE_INFINITY;
  #underWay = 0;
  #due = false;
  #interval = START_INTERVAL_MS;
  #begun = false;
  #failed = false;

  /** `allowed`: see {@link allow}. `onFailure` is called once, in a later turn, when the log cannot be written any more. */
  constructor(
    run: string,
    writer: LogWriter,
    allowed: number,
    send: (batch: Batch, logBytes: number) => void,
    onFailure: (error: Error) => void,
    contents: ContentRecorder | null = null,
  ) {
    this.#writer = writer;
    this.#builder = new BatchBuilder(run);
    this.#allowed = allowed;
    this.#send = send;
    this.#onFailure = onFailure;
    this.#contents = contents;
  }

  call(tail: string, call: CallName, verdict: VerdictKind, rule: number, now: number): void {
    const t = this.#stamp(now);
    const line = callLine(this.#seq, t, tail);
    this.#writer.append(line, true);
    this.#builder.addCallJson(this.#seq, t, line, call, verdict, rule);
    this.#schedule();
  }

  event(body: SideEvent): void {
    if (body.type === 'exit') this.#keep(this.#contents?.rest());
    const t = this.#stamp(performance.now());
    const event = { seq: this.#seq, t, ...body } as RunEvent;
    this.#writer.append(JSON.stringify(event), false);
    this.#builder.add(event);
    if (body.type === 'out') {
      this.#produced += body.data.length;
      this.#printed();
    } else if (body.type === 'phase') this.#phase(body.phase);
    else if (body.type === 'start') this.#keep(this.#contents?.begin());
    else if (body.type === 'file' && body.change === 'write') this.#contents?.wrote(body.path);
    this.#schedule();
  }

  outputRoom(): number {
    return this.#allowed - this.#produced;
  }

  /** The pages can take terminal characters up to this total since the run began; Infinity where nobody is to be waited for. */
  allow(total: number): void {
    const wasFull = this.outputRoom() <= 0;
    this.#allowed = total;
    if (wasFull && this.outputRoom() > 0) this.onOutputRoom?.();
  }

  /** The main thread has handled a batch. */
  taken(): void {
    this.#underWay -= 1;
    if (this.#due) this.#tick();
  }

  /** Everything is in the file and on its way. Call once, after the last event. */
  close(): void {
    this.#unschedule();
    this.#sendBatch();
    this.#writer.close();
  }

  get bytes(): number {
    return this.#writer.bytes;
  }

  #stamp(now: number): number {
    this.#seq += 1;
    // The clock is monotonic, but its grain is not ours: a log's time never falls.
    this.#t = Math.max(this.#t, Math.floor((now - this.#began) * 1000));
    return this.#t;
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#tick();
    }, this.#interval);
  }

  #phase(phase: RunPhase): void {
    if (this.#begun || phase === 'starting') return;
    this.#begun = true;
    this.#interval = BATCH_INTERVAL_MS;
    // What the start left goes out with the first frame of the program.
    this.#unschedule();
  }

  #unschedule(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#soon !== null) clearImmediate(this.#soon);
    this.#timer = this.#soon = null;
  }

  /** Once a frame at most: so at worst a page gets two batches in one, this one and that of the timer. */
  #printed(): void {
    if (this.#soon !== null || performance.now() - this.#printedAt < BATCH_INTERVAL_MS) return;
    this.#soon = setImmediate(() => {
      this.#printedAt = performance.now();
      this.#unschedule();
      this.#tick();
    });
  }

  #tick(): void {
    this.#due = this.#underWay >= BATCHES_UNDER_WAY;
    if (this.#due) return;
    this.#keep(this.#contents?.due(performance.now()));
    this.#sendBatch();
  }

  #keep(contents: readonly Content[] = []): void {
    for (const content of contents) this.event(content);
  }

  #sendBatch(): void {
    if (this.#builder.empty) return;
    this.#writer.flush();
    if (this.#writer.failure !== null && !this.#failed) {
      this.#failed = true;
      const failure = this.#writer.failure;
      setImmediate(() => this.#onFailure(failure));
    }
    const batch = this.#builder.take();
    if (this.#begun) this.#interval = batch.summary.calls > BUSY_CALLS ? BUSY_INTERVAL_MS : BATCH_INTERVAL_MS;
    this.#underWay += 1;
    this.#send(batch, this.#writer.bytes);
  }
}

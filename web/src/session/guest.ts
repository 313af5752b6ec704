/**
 * The run of the open bench, as this page steers and follows it: start, stop and type, the state after everything that came,
 * the terminal's text, and the credit that lets the guest print more.
 *
 * A page that cannot follow a batch says so (`behind`) and the session reads the bench anew; nothing is ever applied in part.
 */
import type {
  Batch,
  Replies,
  RequestBody,
  RequestName,
  RunSnapshot,
  TerminalSize,
} from '@sandtable/shared/protocol';
import type { StoreApi } from 'zustand/vanilla';
import { askOrTell, type Notice } from './askOrTell.ts';
import type { Connection } from './connection.ts';
import { RowCache } from './rowCache.ts';
import { RunFeed, type TerminalSink } from './runFeed.ts';
import { tailText, type TerminalTail } from '@sandtable/shared/session';
import { isLive, openBench, type WorkState } from './workState.ts';

/** Characters shown are reported in portions of this size (an eighth of what the server lets be on its way) … */
const ACK_CHARS = 32_768;
/** … or after this time, so that a slow trickle is reported as well. */
const ACK_AFTER_MS = 30;

/** Batches come sixty times a second; rows and numbers that move faster than this cannot be read, only drawn. */
const PUBLISH_EVERY_MS = 60;

/** Stop kills at once; a run that has not ended by then is the server's to refuse. */
const END_WAIT_MS = 3_000;

/** A paste goes out in messages of this size, half of what the server takes. */
const INPUT_CHARS = 32_768;

/** `cold`: with a trace of all that the interpreter does to start. `audit`: the policy only records what it would have said. `lines`: every row says where its call came from. */
export interface RunHow {
  readonly cold?: boolean;
  readonly audit?: boolean;
  readonly lines?: boolean;
}

export interface GuestOptions {
  readonly connection: Connection;
  readonly store: StoreApi<WorkState>;
  readonly notify: (notice: Notice) => void;
  /** Saves what was typed; a run is of what stands on the screen. */
  readonly save: () => Promise<void>;
}

export class Guest {
  readonly #options: GuestOptions;
  #feed: RunFeed | null = null;
  #sink: TerminalSink | null = null;
  /** The terminal shows the past; what comes meanwhile counts as shown, and is there when the present comes back. */
  #past = false;
  #size: TerminalSize = { cols: 80, rows: 24 };
  #shown = 0;
  #ackTimer: ReturnType<typeof setTimeout> | null = null;
  #publishedAt = -Infinity;
  #publishTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(options: GuestOptions) {
    this.#options = options;
  }

  get feed(): RunFeed | null {
    return this.#feed;
  }

  /** Saves what was typed and starts the guest. */
  async run(mode: 'script' | 'repl', script?: string, how: RunHow = {}): Promise<void> {
    const { bench, starting } = this.#state;
    if (bench.status !== 'open' || starting) return;
    this.#set({ starting: true, refusal: null });
    await this.#options.save();
    await this.#endLiveRun();
    const answer = await this.#options.connection.request('run.start', {
      bench: bench.info.id,
      mode,
      size: this.#size,
      ...(script === undefined ? {} : { script }),
      ...how,
    });
    this.#set({ starting: false });
    if (openBench(this.#state) !== bench.info.id) return;
    if (answer.ok) {
      this.follow(answer.value);
      return;
    }
    const { code, message, diagnostics } = answer.error;
    // What stands in the way until it is mended stands on the page until then; anything else is told once.
    if (code === 'policy-invalid' || code === 'engine-missing') {
      this.#set({ refusal: { message, diagnostics: diagnostics ?? [] } });
    } else this.#options.notify({ level: 'error', title: 'Not run', text: message });
  }

  /** Run while something runs means: once more, with what stands in the editor now. */
  async #endLiveRun(): Promise<void> {
    if (!isLive(this.#state)) return;
    await this.stop();
    if (!isLive(this.#state)) return;
    await new Promise<void>((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        unsubscribe();
        resolve();
      };
      const timer = setTimeout(finish, END_WAIT_MS);
      const unsubscribe = this.#options.store.subscribe((state) => {
        if (!isLive(state)) finish();
      });
    });
  }

  async stop(): Promise<void> {
    const { run } = this.#state;
    if (run === null || !isLive(this.#state)) return;
    this.#set({ stopping: true });
    const answer = await this.#ask('The guest was not stopped', 'run.stop', { run: run.run });
    if (answer === null && this.#state.run?.run === run.run) this.#set({ stopping: false });
  }

  async interrupt(): Promise<void> {
    const { run } = this.#state;
    if (run !== null && isLive(this.#state))
      await this.#ask('The interrupt was not sent', 'run.interrupt', { run: run.run });
  }

  /** What was typed or pasted at the terminal. @returns whether there is a guest to take it. */
  input(data: string): boolean {
    const { run } = this.#state;
    if (run === null || !isLive(this.#state)) return false;
    for (const part of partsOf(data))
      void this.#ask('The input was not sent', 'run.input', { run: run.run, data: part });
    return true;
  }

  resize(size: TerminalSize): void {
    if (size.cols === this.#size.cols && size.rows === this.#size.rows) return;
    this.#size = size;
    const { run } = this.#state;
    if (run !== null && isLive(this.#state))
      void this.#options.connection.request('run.resize', { run: run.run, size });
  }

  /** The terminal of the page; text that came before is given to it at once. */
  connectTerminal(sink: TerminalSink): void {
    this.#sink = sink;
    this.#feed?.show(sink);
  }

  /** Shows the terminal as it was, or the present again (null). */
  showTerminal(past: TerminalTail | null): void {
    if (this.#sink === null || this.#feed === null || (past === null && !this.#past)) return;
    const wasPast = this.#past;
    this.#past = past !== null;
    if (past === null) this.#feed.show(this.#sink);
    else {
      if (!wasPast) this.#feed.show({ begin: () => {}, write: (text) => this.shown(text.length) });
      this.#sink.begin(tailText(past), past.cut, 'past');
    }
  }

  /** `chars` more characters have really been shown: credit for the guest to print more. */
  shown(chars: number): void {
    this.#shown += chars;
    if (this.#shown >= ACK_CHARS) this.#acknowledge();
    else this.#ackTimer ??= setTimeout(() => this.#acknowledge(), ACK_AFTER_MS);
  }

  /** A run as it stands at the server: a new one takes the place of the one that was followed. */
  follow(snapshot: RunSnapshot): void {
    if (this.#feed !== null && this.#feed.state.run === snapshot.run) {
      if (this.#feed.snapshot(snapshot) === 'applied') this.#publishRun();
      return;
    }
    const rows = new RowCache(
      async (from, count) => {
        const answer = await this.#options.connection.request('run.rows', { run: snapshot.run, from, count });
        return answer.ok ? answer.value : null;
      },
      () => this.#set({ rowsArrived: this.#state.rowsArrived + 1 }),
    );
    this.#feed = new RunFeed(snapshot, rows);
    this.#past = false;
    // Credit is the old run's; the text that a snapshot brings counts as shown.
    this.#shown = 0;
    this.#publishRun();
    this.#set({ stopping: false, refusal: null });
    if (this.#sink !== null) this.#feed.show(this.#sink);
  }

  batch(batch: Batch): 'followed' | 'behind' {
    if (this.#feed === null) return 'followed';
    const result = this.#feed.batch(batch);
    if (result === 'applied') this.#runMoved();
    return result === 'behind' ? 'behind' : 'followed';
  }

  /** What was missed in an outage, in order. */
  catchUp(batches: readonly Batch[]): void {
    for (const batch of batches) {
      if (this.#feed?.batch(batch) === 'behind') break;
    }
    if (this.#feed !== null) this.#publishRun();
  }

  /** The page fell behind, and here is where things stand. */
  skipTo(snapshot: RunSnapshot): void {
    if (this.#feed?.snapshot(snapshot) === 'applied') this.#publishRun();
  }

  /** No run is followed any more. */
  forget(): void {
    this.#feed = null;
    this.#shown = 0;
    if (this.#publishTimer !== null) clearTimeout(this.#publishTimer);
    this.#publishTimer = null;
    if (this.#ackTimer !== null) clearTimeout(this.#ackTimer);
    this.#ackTimer = null;
  }

  /** Tells the views where the run stands: at once where it changed its phase, otherwise when they can take it. */
  #runMoved(): void {
    const run = this.#feed?.state ?? null;
    const wait = this.#publishedAt + PUBLISH_EVERY_MS - performance.now();
    if (wait <= 0 || run?.phase !== this.#state.run?.phase) this.#publishRun();
    else this.#publishTimer ??= setTimeout(() => this.#publishRun(), wait);
  }

  #publishRun(): void {
    if (this.#publishTimer !== null) clearTimeout(this.#publishTimer);
    this.#publishTimer = null;
    this.#publishedAt = performance.now();
    const run = this.#feed?.state ?? null;
    this.#set(run?.phase === 'ended' ? { run, stopping: false } : { run });
  }

  #acknowledge(): void {
    if (this.#ackTimer !== null) clearTimeout(this.#ackTimer);
    this.#ackTimer = null;
    const chars = this.#shown;
    this.#shown = 0;
    const { run } = this.#state;
    if (chars > 0 && run !== null && isLive(this.#state))
      void this.#options.connection.request('run.ack', { run: run.run, chars });
  }

  #ask<N extends RequestName>(title: string, name: N, body: RequestBody<N>): Promise<Replies[N] | null> {
    return askOrTell(this.#options, title, name, body);
  }

  get #state(): WorkState {
    return this.#options.store.getState();
  }

  #set(part: Partial<WorkState>): void {
    this.#options.store.setState(part);
  }
}

/** A paste may be longer than one message; surrogate pairs stay together. */
function partsOf(data: string): string[] {
  const parts: string[] = [];
  for (let at = 0; at < data.length;) {
    let end = Math.min(data.length, at + INPUT_CHARS);
    const last = data.charCodeAt(end - 1);
    if (end < data.length && last >= 0xd800 && last <= 0xdbff) end -= 1;
    parts.push(data.slice(at, end));
    at = end;
  }
  return parts;
}

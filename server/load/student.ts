/**
 * One student as the server sees them: a page with a socket that opens a bench, runs, types and says what it has shown.
 *
 * Light on purpose: it keeps no state and draws nothing, so that hundreds of them cost less than what they measure.
 */
import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import type { RunEvent } from '@sandtable/shared/events';
import type {
  Batch,
  Replies,
  Reply,
  RequestBody,
  RequestName,
  RunSnapshot,
} from '@sandtable/shared/protocol';

/** A request that is not answered by then will not be. */
const ANSWER_LIMIT_MS = 60_000;

/** A run that was stopped is over by then, or its server is about to be ended anyhow. */
const LEAVE_LIMIT_MS = 5_000;

const SIZE = { cols: 80, rows: 24 } as const;

type Seen = (event: RunEvent) => void;

export class Student {
  /** Of the run that was started last. */
  run = '';
  output = '';
  calls = 0;
  phase = '';
  exit: Extract<RunEvent, { type: 'exit' }> | null = null;
  bench = '';
  readonly #url: string;
  #socket: Socket;
  readonly #watchers = new Set<Seen>();
  /** While the bench is opened: batches that were read together with the answer, before it was seen. */
  #early: Batch[] | null = null;

  private constructor(url: string, socket: Socket) {
    this.#url = url;
    this.#socket = socket;
    this.#listen();
  }

  static async connect(url: string): Promise<Student> {
    return new Student(url, await connected(url));
  }

  get connected(): boolean {
    return this.#socket.connected;
  }

  close(): void {
    this.#socket.close();
  }

  /** What is asked for; a refusal is thrown with its code. */
  async ask<N extends RequestName>(name: N, body: RequestBody<N>): Promise<Replies[N]> {
    const reply = (await this.#socket.timeout(ANSWER_LIMIT_MS).emitWithAck(name, body)) as Reply<Replies[N]>;
    if (!reply.ok) throw new Refused(name, reply.error.code, reply.error.message);
    return reply.value;
  }

  /** Makes a bench of the first example with these files in place of its own, and opens it. */
  async makeBench(files: { readonly [path: string]: string }): Promise<void> {
    this.bench = (await this.ask('bench.create', { name: 'load' })).id;
    const opened = await this.ask('bench.open', { bench: this.bench });
    for (const [path, text] of Object.entries(files)) {
      const base = opened.files.find((file) => file.path === path)?.version ?? null;
      await this.ask('file.write', { bench: this.bench, path, content: { encoding: 'utf8', text }, base });
    }
  }

  /** Makes a file of the bench say this; null: there is none. */
  async put(path: string, text: string | null): Promise<void> {
    const { files } = await this.ask('bench.open', { bench: this.bench });
    const base = files.find((file) => file.path === path)?.version ?? null;
    if (text !== null)
      await this.ask('file.write', { bench: this.bench, path, content: { encoding: 'utf8', text }, base });
    else if (base !== null) await this.ask('file.remove', { bench: this.bench, path });
  }

  /** The page is loaded anew: another socket, which opens the same bench. */
  async reload(): Promise<void> {
    this.#socket.close();
    this.#socket = await connected(this.#url);
    this.run = '';
    this.#early = [];
    this.#listen();
    const { run } = await this.ask('bench.open', { bench: this.bench });
    const early = this.#early ?? [];
    this.#early = null;
    if (run === null) return;
    this.run = run.run;
    this.phase = run.state.phase;
    this.exit = run.state.exit;
    for (const batch of early) if (batch.from > run.to) this.#batch(batch);
  }

  /** Presses Run. Resolves when the server has answered; what the run says is seen by {@link when}. */
  async start(mode: 'script' | 'repl'): Promise<void> {
    this.output = '';
    this.calls = 0;
    this.phase = 'starting';
    this.exit = null;
    this.run = '';
    await this.ask('run.start', { bench: this.bench, mode, size: SIZE });
  }

  type(data: string): void {
    this.#socket.emit('run.input', { run: this.run, data }, () => undefined);
  }

  /** Resolves with milliseconds from now to the first event that passes; null where the run ends or `limitMs` go by without one. */
  when(passes: (event: RunEvent) => boolean, limitMs = ANSWER_LIMIT_MS): Promise<number | null> {
    const begun = performance.now();
    return new Promise((resolve) => {
      const end = (ms: number | null): void => {
        clearTimeout(timer);
        this.#watchers.delete(see);
        resolve(ms);
      };
      const see: Seen = (event) => {
        if (passes(event)) end(performance.now() - begun);
        else if (event.type === 'exit') end(null);
      };
      const timer = setTimeout(() => end(null), limitMs);
      this.#watchers.add(see);
    });
  }

  /** `over` resolves with whether the run that is begun next, or is under way, ended in time. */
  whenEnded(limitMs: number): { readonly over: Promise<boolean>; readonly cancel: () => void } {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const end = (over: boolean): void => {
      clearTimeout(timer);
      this.#watchers.delete(see);
      resolve(over);
    };
    const see: Seen = (event) => {
      if (event.type === 'exit') end(true);
    };
    const timer = setTimeout(() => end(this.exit !== null), limitMs);
    this.#watchers.add(see);
    return { over: promise, cancel: () => end(false) };
  }

  /** What is known of the run, for a message. */
  describe(): string {
    return `run ${this.run}, phase ${this.phase}, ${this.calls} calls, exit ${this.exit?.reason ?? 'none'}, last output ${JSON.stringify(this.output.slice(-200))}`;
  }

  /** Starts and waits for the first output: milliseconds from the click. */
  async startToOutput(mode: 'script' | 'repl', limitMs = ANSWER_LIMIT_MS): Promise<number | null> {
    const output = this.when((event) => event.type === 'out', limitMs);
    await this.start(mode);
    return output;
  }

  /** Starts the prompt and waits until it asks for input. */
  async startPrompt(limitMs = ANSWER_LIMIT_MS): Promise<boolean> {
    const asks = this.when((event) => event.type === 'phase' && event.phase === 'input', limitMs);
    await this.start('repl');
    return (await asks) !== null;
  }

  /** Presses a key and waits until the terminal shows something: milliseconds, or null where it never did. */
  async echo(key: string, limitMs: number): Promise<number | null> {
    if (this.exit !== null) return null;
    const shown = this.when((event) => event.type === 'out', limitMs);
    this.type(key);
    return shown;
  }

  /** Ends what runs and goes. */
  async leave(): Promise<void> {
    if (this.connected && this.run !== '' && this.exit === null) {
      const ended = this.when((event) => event.type === 'exit', LEAVE_LIMIT_MS);
      this.#socket.emit('run.stop', { run: this.run }, () => undefined);
      await ended;
    }
    this.close();
  }

  #listen(): void {
    const socket = this.#socket;
    // Comes before the first batch and before the answer to the click.
    socket.on('run.started', ({ run }: RunSnapshot) => {
      this.run = run;
    });
    socket.on('run.batch', (batch: Batch) => {
      if (this.#early === null) this.#batch(batch);
      else this.#early.push(batch);
    });
  }

  #batch(batch: Batch): void {
    if (batch.run !== this.run) return;
    this.calls += batch.summary.calls;
    let shown = 0;
    for (const event of batch.events) {
      if (event.type === 'out') {
        shown += event.data.length;
        this.output = (this.output + event.data).slice(-OUTPUT_KEPT);
      } else if (event.type === 'phase') this.phase = event.phase;
      else if (event.type === 'exit') this.exit = event;
      for (const see of this.#watchers) see(event);
    }
    if (shown > 0) this.#socket.emit('run.ack', { run: batch.run, chars: shown }, () => undefined);
  }
}

/** Characters of output remembered: what a scenario reads stands at the end. */
const OUTPUT_KEPT = 4_096;

export class Refused extends Error {
  readonly code: string;

  constructor(request: string, code: string, message: string) {
    super(`${request}: ${code}: ${message}`);
    this.code = code;
  }
}

async function connected(url: string): Promise<Socket> {
  const socket = io(url, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    extraHeaders: { origin: url },
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', () => resolve());
    socket.once('connect_error', reject);
  });
  return socket;
}

/**
 * A page without a browser, for tests: follows a bench as the real one does, and counts what must not happen. Whatever the server
 * says is checked as a page checks it, so every test that talks to a server is a test of its messages.
 */
import { io, type Socket } from 'socket.io-client';
import type { RunEvent } from '@sandtable/shared/events';
import type {
  Announcements,
  Batch,
  OpenedBench,
  Replies,
  Reply,
  RequestBody,
  RequestName,
  RunSnapshot,
} from '@sandtable/shared/protocol';
import { announcements, replies } from '@sandtable/shared/serverMessages';
import { applyBatch, tailText, type SessionState } from '@sandtable/shared/session';

/** What does not come by then does not come: a machine that does ten things at once takes some seconds for an honest answer. */
export const PATIENCE_MS = 45_000;

export interface TestPageOptions {
  /** Whether terminal text is acknowledged as it arrives. */
  readonly acks?: boolean;
  readonly headers?: { readonly [name: string]: string };
}

export class TestPage {
  readonly socket: Socket;
  acks: boolean;
  state: SessionState | null = null;
  opened: OpenedBench | null = null;
  snapshots = 0;
  /** Batches that did not follow the state. */
  gaps = 0;
  batches = 0;
  /** Largest batch as JSON. */
  largest = 0;
  readonly announcements: { readonly name: string; readonly value: unknown }[] = [];
  /** What the server said that is none of the protocol's messages. */
  #nonsense: string | null = null;
  /** Batches that came before the answer that they follow was seen: both may be read at once. */
  #early: Batch[] = [];
  #waiting: { readonly test: () => boolean; readonly resolve: () => void }[] = [];

  constructor(url: string, options: TestPageOptions = {}) {
    this.acks = options.acks ?? true;
    this.socket = io(url, {
      transports: ['websocket'],
      forceNew: true,
      extraHeaders: { ...options.headers },
    });
    this.socket.on('run.batch', (batch: Batch) => this.#batch(batch));
    this.socket.on('run.started', (snapshot: RunSnapshot) => this.#snapshot(snapshot));
    this.socket.on('run.snapshot', (snapshot: RunSnapshot) => {
      this.snapshots += 1;
      this.#snapshot(snapshot);
    });
    this.socket.onAny((name: string, value: unknown) => {
      const schema = Object.hasOwn(announcements, name) ? announcements[name as keyof Announcements] : null;
      const wrong = schema === null ? 'unknown' : schema.safeParse(value).error?.message;
      if (wrong !== undefined) this.#nonsense ??= `${name}: ${wrong}`;
      if (!name.startsWith('run.')) this.announcements.push({ name, value });
      this.#look();
    });
    this.socket.on('disconnect', () => this.#look());
  }

  async raw(name: string, ...body: unknown[]): Promise<Reply<unknown>> {
    const reply: unknown = await this.socket.timeout(PATIENCE_MS).emitWithAck(name, ...body);
    return Object.hasOwn(replies, name)
      ? replies[name as RequestName].parse(reply)
      : (reply as Reply<unknown>);
  }

  ask<N extends RequestName>(name: N, body: RequestBody<N>): Promise<Reply<Replies[N]>> {
    return this.raw(name, body) as Promise<Reply<Replies[N]>>;
  }

  /** Like {@link ask}; a refusal fails the test. */
  async must<N extends RequestName>(name: N, body: RequestBody<N>): Promise<Replies[N]> {
    const reply = await this.ask(name, body);
    if (!reply.ok)
      throw new Error(
        `${name}: ${reply.error.code}: ${reply.error.message} ${JSON.stringify(reply.error.diagnostics ?? '')}`,
      );
    return reply.value;
  }

  async open(bench: string, resume?: { readonly run: string; readonly after: number }): Promise<OpenedBench> {
    const opened = await this.must('bench.open', { bench, ...resume });
    this.opened = opened;
    if (opened.run !== null) this.#snapshot(opened.run);
    for (const batch of opened.batches ?? []) this.#batch(batch);
    return opened;
  }

  /** A new bench with these files, opened. */
  async bench(files: { readonly [path: string]: string }, example = 'hello'): Promise<string> {
    const bench = await this.must('bench.create', { example });
    const opened = await this.open(bench.id);
    for (const [path, text] of Object.entries(files)) {
      const base = opened.files.find((file) => file.path === path)?.version ?? null;
      await this.must('file.write', { bench: bench.id, path, content: { encoding: 'utf8', text }, base });
    }
    return bench.id;
  }

  /** Starts the bench's script; resolves with the id of the run. */
  async run(bench: string, body: Partial<RequestBody<'run.start'>> = {}): Promise<string> {
    const started = await this.must('run.start', {
      bench,
      mode: 'script',
      size: { cols: 80, rows: 24 },
      ...body,
    });
    return started.run;
  }

  get text(): string {
    return this.state === null ? '' : tailText(this.state.terminal);
  }

  /** Resolves when the condition holds; looked at whenever something arrives. */
  async until(test: () => boolean, ms = PATIENCE_MS, what = test.toString()): Promise<void> {
    if (test()) return;
    let timer: NodeJS.Timeout | undefined;
    const failed = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () =>
          reject(new Error(`waited in vain for ${what}; terminal: ${JSON.stringify(this.text.slice(-400))}`)),
        ms,
      );
    });
    await Promise.race([new Promise<void>((resolve) => this.#waiting.push({ test, resolve })), failed]);
    clearTimeout(timer);
  }

  ended(run?: string): Promise<void> {
    return this.until(
      () => this.state !== null && (run === undefined || this.state.run === run) && this.state.exit !== null,
      PATIENCE_MS,
      'the end of the run',
    );
  }

  heard<N extends keyof Announcements>(name: N): Announcements[N][] {
    return this.announcements
      .filter((each) => each.name === name)
      .map((each) => each.value as Announcements[N]);
  }

  close(): void {
    this.socket.close();
    if (this.#nonsense !== null) throw new Error(`the server said nonsense: ${this.#nonsense}`);
  }

  #snapshot(snapshot: RunSnapshot): void {
    if (this.state?.run === snapshot.run && this.state.to >= snapshot.to) return;
    this.state = snapshot.state;
    const early = this.#early.filter((batch) => batch.run === snapshot.run);
    this.#early = [];
    for (const batch of early) this.#batch(batch);
    this.#look();
  }

  #batch(batch: Batch): void {
    if (this.state?.run !== batch.run) {
      this.#early.push(batch);
      return;
    }
    this.batches += 1;
    this.largest = Math.max(this.largest, JSON.stringify(batch).length);
    const applied = applyBatch(this.state, batch);
    if (!applied.ok) {
      this.gaps += 1;
      return;
    }
    this.state = applied.state;
    const chars = batch.events.reduce(
      (sum: number, event: RunEvent) => sum + (event.type === 'out' ? event.data.length : 0),
      0,
    );
    if (this.acks && chars > 0) this.socket.emit('run.ack', { run: batch.run, chars });
    this.#look();
  }

  #look(): void {
    this.#waiting = this.#waiting.filter(({ test, resolve }) => {
      if (!test()) return true;
      resolve();
      return false;
    });
  }
}

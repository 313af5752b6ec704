/**
 * The page's side of a bench: opens it, keeps its state equal to the server's, carries out what a person asks for.
 *
 * Owns the {@link WorkState}, the files' {@link FileSync} and the run's {@link RunFeed}; knows no component. After an outage it
 * reopens the bench with the last sequence number it applied, so that what is shown afterwards is what would have been shown
 * without the outage. A failure is told once through `notify`, in words that say what was kept; nothing here throws for what
 * the server or the network does.
 */
import {
  requests,
  type Meta,
  type OpenedBench,
  type Replies,
  type RequestBody,
  type RequestName,
  type RunSnapshot,
  type TerminalSize,
} from '@sandtable/shared/protocol';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Answer, Connection, RequestFailure } from './connection.ts';
import { DraftStore, type StoreLike } from './drafts.ts';
import { FileSync } from './fileSync.ts';
import { RowCache } from './rowCache.ts';
import { RunFeed, type TerminalSink } from './runFeed.ts';
import { EMPTY_WORK, isLive, type WorkState } from './workState.ts';

export interface Notice {
  readonly level: 'info' | 'warning' | 'error';
  readonly title: string;
  readonly text?: string;
}

export interface SessionOptions {
  readonly connection: Connection;
  readonly storage: StoreLike | null;
  readonly notify: (notice: Notice) => void;
  readonly fetchMeta: () => Promise<Meta>;
}

/** Characters shown are reported in portions of this size (an eighth of what the server lets be on its way) … */
const ACK_CHARS = 32_768;
/** … or after this time, so that a slow trickle is reported as well. */
const ACK_AFTER_MS = 30;

/** Batches come sixty times a second; rows and numbers that move faster than this cannot be read, only drawn. */
const PUBLISH_EVERY_MS = 60;

/** Stop kills at once; a run that has not ended by then is the server's to refuse. */
const END_WAIT_MS = 3_000;

export class Session {
  readonly store: StoreApi<WorkState>;
  readonly #options: SessionOptions;
  readonly #connection: Connection;
  #sync: FileSync | null = null;
  #feed: RunFeed | null = null;
  #sink: TerminalSink | null = null;
  #size: TerminalSize = { cols: 80, rows: 24 };
  #shown = 0;
  #ackTimer: ReturnType<typeof setTimeout> | null = null;
  #resyncing = false;
  #opening = 0;
  #publishedAt = -Infinity;
  #publishTimer: ReturnType<typeof setTimeout> | null = null;
  readonly #textListeners = new Set<(path: string, text: string) => void>();
  readonly #disposers: (() => void)[] = [];

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#connection = options.connection;
    this.store = createStore(() => ({ ...EMPTY_WORK, connection: options.connection.status }));
    this.#listen();
    void this.#loadMeta();
    if (options.connection.status === 'online') void this.refreshBenches();
  }

  get state(): WorkState {
    return this.store.getState();
  }

  get files(): FileSync | null {
    return this.#sync;
  }

  get feed(): RunFeed | null {
    return this.#feed;
  }

  dispose(): void {
    this.#sync?.dispose();
    for (const dispose of this.#disposers.splice(0)) dispose();
    if (this.#ackTimer !== null) clearTimeout(this.#ackTimer);
    if (this.#publishTimer !== null) clearTimeout(this.#publishTimer);
    this.#connection.close();
  }

  // ---- benches -----------------------------------------------------------------------------------------------

  async refreshBenches(): Promise<void> {
    const answer = await this.#connection.request('bench.list', {});
    if (answer.ok) this.#set({ benches: answer.value });
  }

  /** @returns the id of the new bench, or null where it could not be made (the person was told). */
  async createBench(example: string): Promise<string | null> {
    const answer = await this.#ask('The bench was not made', 'bench.create', { example });
    if (answer === null) return null;
    void this.refreshBenches();
    return answer.id;
  }

  async renameBench(name: string): Promise<void> {
    const { bench } = this.state;
    if (bench.status !== 'open' || name.trim() === '' || name === bench.info.name) return;
    const answer = await this.#ask('The bench kept its name', 'bench.rename', { bench: bench.info.id, name });
    if (answer !== null && this.#isOpen(answer.id)) this.#set({ bench: { status: 'open', info: answer } });
    void this.refreshBenches();
  }

  async removeBench(id: string): Promise<void> {
    await this.#ask('The bench was not removed', 'bench.remove', { bench: id });
    void this.refreshBenches();
  }

  /** Shows a bench in place of the one that is open; null shows none. */
  async open(id: string | null): Promise<void> {
    const before = this.state.bench;
    if (before.status === 'open' && before.info.id === id) return;
    const turn = ++this.#opening;
    if (before.status === 'open') {
      void this.#sync?.flush();
      void this.#connection.request('bench.leave', { bench: before.info.id });
    }
    this.#sync?.dispose();
    this.#sync = null;
    this.#feed = null;
    if (this.#publishTimer !== null) clearTimeout(this.#publishTimer);
    this.#publishTimer = null;
    this.#set({
      bench: id === null ? { status: 'none' } : { status: 'opening', id },
      files: {},
      run: null,
      refusal: null,
      starting: false,
      stopping: false,
    });
    if (id === null) return;
    // Refused here rather than by the server: an address that somebody typed wrong.
    if (!requests['bench.open'].safeParse({ bench: id }).success) {
      this.#set({ bench: { status: 'failed', id, message: 'This address names no bench.' } });
      return;
    }
    const answer = await this.#connection.request('bench.open', { bench: id });
    if (turn !== this.#opening) return;
    if (answer.ok) this.#opened(answer.value);
    // Without a connection it stays "opening" and is asked for again when there is one.
    else if (answer.error.code !== 'offline') {
      this.#set({ bench: { status: 'failed', id, message: answer.error.message } });
    }
  }

  // ---- runs --------------------------------------------------------------------------------------------------

  /** Saves what was typed and starts the guest. */
  async run(mode: 'script' | 'repl', script?: string): Promise<void> {
    const { bench, starting } = this.state;
    if (bench.status !== 'open' || starting) return;
    this.#set({ starting: true, refusal: null });
    await this.#sync?.flush();
    await this.#endLiveRun();
    const answer = await this.#connection.request('run.start', {
      bench: bench.info.id,
      mode,
      size: this.#size,
      ...(script === undefined ? {} : { script }),
    });
    this.#set({ starting: false });
    if (!this.#isOpen(bench.info.id)) return;
    if (answer.ok) {
      this.#startedRun(answer.value);
      return;
    }
    const { code, message, diagnostics } = answer.error;
    const conflict = Object.values(this.state.files).some((file) => file.status === 'conflict');
    if (code === 'policy-invalid' || code === 'engine-missing') {
      this.#set({ refusal: { message, diagnostics: diagnostics ?? [] } });
    }
    this.#options.notify({
      level: 'error',
      title: code === 'policy-invalid' ? 'Not run: the policy has an error' : 'Not run',
      text: conflict ? `${message} A file is in conflict as well.` : message,
    });
  }

  /** Run while something runs means: once more, with what stands in the editor now. */
  async #endLiveRun(): Promise<void> {
    if (!isLive(this.state)) return;
    await this.stop();
    if (!isLive(this.state)) return;
    await new Promise<void>((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        unsubscribe();
        resolve();
      };
      const timer = setTimeout(finish, END_WAIT_MS);
      const unsubscribe = this.store.subscribe((state) => {
        if (!isLive(state)) finish();
      });
    });
  }

  async stop(): Promise<void> {
    const { run } = this.state;
    if (run === null || !isLive(this.state)) return;
    this.#set({ stopping: true });
    const answer = await this.#ask('The guest was not stopped', 'run.stop', { run: run.run });
    if (answer === null && this.state.run?.run === run.run) this.#set({ stopping: false });
  }

  async interrupt(): Promise<void> {
    const { run } = this.state;
    if (run !== null && isLive(this.state))
      await this.#ask('The interrupt was not sent', 'run.interrupt', { run: run.run });
  }

  /** What was typed or pasted at the terminal. @returns whether there is a guest to take it. */
  input(data: string): boolean {
    const { run } = this.state;
    if (run === null || !isLive(this.state)) return false;
    for (const part of partsOf(data))
      void this.#ask('The input was not sent', 'run.input', { run: run.run, data: part });
    return true;
  }

  resize(size: TerminalSize): void {
    if (size.cols === this.#size.cols && size.rows === this.#size.rows) return;
    this.#size = size;
    const { run } = this.state;
    if (run !== null && isLive(this.state))
      void this.#connection.request('run.resize', { run: run.run, size });
  }

  /** The terminal of the page; text that came before is given to it at once. */
  connectTerminal(sink: TerminalSink): void {
    this.#sink = sink;
    this.#feed?.show(sink);
  }

  /** `chars` more characters have really been shown: credit for the guest to print more. */
  shown(chars: number): void {
    this.#shown += chars;
    if (this.#shown >= ACK_CHARS) this.#acknowledge();
    else this.#ackTimer ??= setTimeout(() => this.#acknowledge(), ACK_AFTER_MS);
  }

  /** Tells of text that changed, but not by `files.edit`. @returns the disposer. */
  onText(listener: (path: string, text: string) => void): () => void {
    this.#textListeners.add(listener);
    return () => this.#textListeners.delete(listener);
  }

  // ---- anything else -----------------------------------------------------------------------------------------

  /** A request whose failure is shown to the person under `title`; null then. */
  async ask<N extends RequestName>(title: string, name: N, body: RequestBody<N>): Promise<Replies[N] | null> {
    return this.#ask(title, name, body);
  }

  /** A request whose failure the caller shows. */
  async request<N extends RequestName>(name: N, body: RequestBody<N>): Promise<Answer<Replies[N]>> {
    return this.#connection.request(name, body);
  }

  clearRefusal(): void {
    this.#set({ refusal: null });
  }

  /** The page may be gone in a moment: send what can be sent and keep the rest. */
  leaving(): void {
    this.#sync?.keepDrafts();
    void this.#sync?.flush();
  }

  async #loadMeta(): Promise<void> {
    try {
      this.#set({ meta: await this.#options.fetchMeta(), metaProblem: null });
    } catch {
      this.#set({
        metaProblem:
          'The server did not say what it offers; the page asks again when the connection is back.',
      });
    }
  }

  #listen(): void {
    const connection = this.#connection;
    this.#disposers.push(
      connection.onStatus((status) => {
        this.#set({ connection: status, ...(status === 'online' ? { closing: null } : {}) });
        if (status === 'online') void this.#cameBack();
      }),
      connection.on('run.started', (snapshot) => {
        if (this.#isOpen(snapshot.bench)) this.#startedRun(snapshot);
      }),
      connection.on('run.batch', (batch) => {
        if (this.#feed === null) return;
        const result = this.#feed.batch(batch);
        if (result === 'applied') this.#runMoved();
        else if (result === 'behind') void this.#resync();
      }),
      connection.on('run.snapshot', (snapshot) => {
        if (this.#feed?.snapshot(snapshot) === 'applied') this.#publishRun();
      }),
      connection.on('file.changed', ({ bench, file, by }) => {
        if (this.#isOpen(bench) && by !== connection.id) this.#sync?.arrived(file);
      }),
      connection.on('file.removed', ({ bench, path, by }) => {
        if (this.#isOpen(bench) && by !== connection.id) this.#sync?.gone(path);
      }),
      connection.on('bench.changed', ({ bench }) => {
        if (this.#isOpen(bench.id)) this.#set({ bench: { status: 'open', info: bench } });
        void this.refreshBenches();
      }),
      connection.on('bench.removed', ({ bench }) => {
        if (this.#isOpen(bench)) {
          this.#sync?.dispose();
          this.#sync = null;
          this.#set({ bench: { status: 'failed', id: bench, message: 'This bench was removed.' } });
        }
        void this.refreshBenches();
      }),
      connection.on('server.closing', ({ message }) => this.#set({ closing: message })),
    );
  }

  async #cameBack(): Promise<void> {
    if (this.state.meta === null) void this.#loadMeta();
    void this.refreshBenches();
    const { bench } = this.state;
    if (bench.status === 'open') await this.#resync();
    else if (bench.status === 'opening') {
      this.#set({ bench: { status: 'none' } });
      await this.open(bench.id);
    }
  }

  /** Reads the bench anew from where this page stands. */
  async #resync(): Promise<void> {
    const { bench } = this.state;
    if (this.#resyncing || bench.status !== 'open') return;
    this.#resyncing = true;
    const known = this.#feed?.state;
    const answer = await this.#connection.request('bench.open', {
      bench: bench.info.id,
      ...(known === undefined ? {} : { run: known.run, after: known.to }),
    });
    this.#resyncing = false;
    if (!this.#isOpen(bench.info.id)) return;
    if (!answer.ok) {
      if (answer.error.code === 'not-found') {
        this.#set({ bench: { status: 'failed', id: bench.info.id, message: answer.error.message } });
      }
      return;
    }
    this.#set({ bench: { status: 'open', info: answer.value.bench } });
    this.#sync?.reopened(answer.value.files);
    this.#follow(answer.value);
  }

  #opened(opened: OpenedBench): void {
    this.#sync = new FileSync(
      {
        bench: opened.bench.id,
        connection: this.#connection,
        drafts: new DraftStore(this.#options.storage),
        onChange: (files, draftsKept) => this.#set({ files, draftsKept }),
        onText: (path, text) => {
          for (const listener of this.#textListeners) listener(path, text);
        },
      },
      opened.files,
    );
    this.#set({ bench: { status: 'open', info: opened.bench } });
    this.#follow(opened);
  }

  #follow({ run, batches }: OpenedBench): void {
    if (batches !== null && this.#feed !== null) {
      for (const batch of batches) {
        if (this.#feed.batch(batch) === 'behind') break;
      }
      this.#publishRun();
    } else if (run !== null) this.#startedRun(run);
  }

  #startedRun(snapshot: RunSnapshot): void {
    if (this.#feed !== null && this.#feed.state.run === snapshot.run) {
      if (this.#feed.snapshot(snapshot) === 'applied') this.#publishRun();
      return;
    }
    const rows = new RowCache(
      async (from, count) => {
        const answer = await this.#connection.request('run.rows', { run: snapshot.run, from, count });
        return answer.ok ? answer.value : null;
      },
      () => this.#set({ rowsArrived: this.state.rowsArrived + 1 }),
    );
    this.#feed = new RunFeed(snapshot, rows);
    this.#publishRun();
    this.#set({ stopping: false, refusal: null });
    if (this.#sink !== null) this.#feed.show(this.#sink);
  }

  /** Tells the views where the run stands: at once where it changed its phase, otherwise when they can take it. */
  #runMoved(): void {
    const run = this.#feed?.state ?? null;
    const wait = this.#publishedAt + PUBLISH_EVERY_MS - performance.now();
    if (wait <= 0 || run?.phase !== this.state.run?.phase) this.#publishRun();
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
    const { run } = this.state;
    if (chars > 0 && run !== null && isLive(this.state))
      void this.#connection.request('run.ack', { run: run.run, chars });
  }

  async #ask<N extends RequestName>(
    title: string,
    name: N,
    body: RequestBody<N>,
  ): Promise<Replies[N] | null> {
    const answer = await this.#connection.request(name, body);
    if (answer.ok) return answer.value;
    // A guest that ended while one typed is nothing to be told about.
    if (answer.error.code !== 'not-running') this.#told(title, answer.error);
    return null;
  }

  #told(title: string, error: RequestFailure): void {
    this.#options.notify({ level: 'error', title, text: error.message });
  }

  #isOpen(bench: string): boolean {
    const open = this.state.bench;
    return open.status === 'open' && open.info.id === bench;
  }

  #set(part: Partial<WorkState>): void {
    this.store.setState(part);
  }
}

/** A paste may be longer than one message; surrogate pairs stay together. */
function partsOf(data: string): string[] {
  const limit = 32_768;
  const parts: string[] = [];
  for (let at = 0; at < data.length;) {
    let end = Math.min(data.length, at + limit);
    const last = data.charCodeAt(end - 1);
    if (end < data.length && last >= 0xd800 && last <= 0xdbff) end -= 1;
    parts.push(data.slice(at, end));
    at = end;
  }
  return parts;
}

/**
 * The page's side of a bench: opens it, keeps its state equal to the server's, carries out what a person asks for.
 *
 * Owns the {@link WorkState}, the files' {@link FileSync} and the run's {@link Guest}; knows no component. After an outage it
 * reopens the bench with the last sequence number it applied, so that what is shown afterwards is what would have been shown
 * without the outage, and so it does where the server said something that is no message of the protocol. A failure is told once
 * through `notify`, in words that say what was kept; nothing here throws for what the server or the network does.
 */
import {
  requests,
  type Announcements,
  type Meta,
  type OpenedBench,
  type Replies,
  type RequestBody,
  type RequestName,
} from '@sandtable/shared/protocol';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { askOrTell, type Notice } from './askOrTell.ts';
import type { Answer, Connection, Nonsense } from './connection.ts';
import { DraftStore, type StoreLike } from './drafts.ts';
import { FileSync } from './fileSync.ts';
import { Guest } from './guest.ts';
import { Paced } from './paced.ts';
import { EMPTY_WORK, openBench, type WorkState } from './workState.ts';

/** A server of another version may go on making no sense: it is not asked anew more often than this … */
const RESYNC_EVERY_MS = 2_000;
/** … nor the person told. */
const TELL_EVERY_MS = 15_000;

const MISUNDERSTOOD: Notice = {
  level: 'warning',
  title: 'The server said something that this page does not understand',
  text: 'It was left out, and the bench was read anew; your edits are kept. If this comes again, reload the page: it may be of another version than the server.',
};

export interface SessionOptions {
  readonly connection: Connection;
  readonly storage: StoreLike | null;
  readonly notify: (notice: Notice) => void;
  readonly fetchMeta: () => Promise<Meta>;
}

export class Session {
  readonly store: StoreApi<WorkState>;
  readonly guest: Guest;
  readonly #options: SessionOptions;
  readonly #connection: Connection;
  #sync: FileSync | null = null;
  #resyncing = false;
  #opening = 0;
  readonly #resyncs = new Paced(() => void this.#resync(), RESYNC_EVERY_MS);
  readonly #warnings = new Paced(() => this.#options.notify(MISUNDERSTOOD), TELL_EVERY_MS);
  readonly #textListeners = new Set<(path: string, text: string) => void>();
  readonly #disposers: (() => void)[] = [];

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#connection = options.connection;
    this.store = createStore(() => ({ ...EMPTY_WORK, connection: options.connection.status }));
    this.guest = new Guest({
      connection: options.connection,
      store: this.store,
      notify: options.notify,
      save: async () => this.#sync?.flush(),
    });
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

  dispose(): void {
    this.#sync?.dispose();
    for (const dispose of this.#disposers.splice(0)) dispose();
    this.#resyncs.dispose();
    this.#warnings.dispose();
    this.guest.forget();
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
    this.guest.forget();
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

  /** Tells of text that changed, but not by `files.edit`. @returns the disposer. */
  onText(listener: (path: string, text: string) => void): () => void {
    this.#textListeners.add(listener);
    return () => this.#textListeners.delete(listener);
  }

  /** What the server announces, for parts of the page that follow it themselves. @returns the disposer. */
  on<N extends keyof Announcements>(name: N, listener: (value: Announcements[N]) => void): () => void {
    return this.#connection.on(name, listener);
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
      connection.onNonsense((message) => this.#misunderstood(message)),
      connection.on('run.started', (snapshot) => {
        if (this.#isOpen(snapshot.bench)) this.guest.follow(snapshot);
      }),
      connection.on('run.batch', (batch) => {
        if (this.guest.batch(batch) === 'behind' && !this.#resyncing) this.#resyncs.ask();
      }),
      connection.on('run.snapshot', (snapshot) => this.guest.skipTo(snapshot)),
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

  #misunderstood({ kind, name, problem }: Nonsense): void {
    console.warn(`sandtable: ${kind} ${name} makes no sense: ${problem}`);
    // A reply is told by whoever asked for it.
    if (kind === 'reply') return;
    this.#warnings.ask();
    this.#resyncs.ask();
  }

  /** Reads the bench anew from where this page stands. */
  async #resync(): Promise<void> {
    const { bench } = this.state;
    if (this.#resyncing || bench.status !== 'open') return;
    this.#resyncing = true;
    const known = this.guest.feed?.state;
    const answer = await this.#connection.request('bench.open', {
      bench: bench.info.id,
      ...(known === undefined ? {} : { run: known.run, after: known.to }),
    });
    this.#resyncing = false;
    if (!this.#isOpen(bench.info.id)) return;
    if (!answer.ok) {
      if (answer.error.code === 'not-found') {
        this.#set({ bench: { status: 'failed', id: bench.info.id, message: answer.error.message } });
      } else if (answer.error.code === 'nonsense') {
        this.#options.notify({
          level: 'error',
          title: 'The bench could not be read anew',
          text: answer.error.message,
        });
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
    if (batches !== null && this.guest.feed !== null) this.guest.catchUp(batches);
    else if (run !== null) this.guest.follow(run);
  }

  #ask<N extends RequestName>(title: string, name: N, body: RequestBody<N>): Promise<Replies[N] | null> {
    return askOrTell(this.#options, title, name, body);
  }

  #isOpen(bench: string): boolean {
    return openBench(this.state) === bench;
  }

  #set(part: Partial<WorkState>): void {
    this.store.setState(part);
  }
}

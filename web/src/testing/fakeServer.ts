/**
 * A server for tests of the page's side: one bench in memory, a line that can be cut, answers that can be held back. It stands in
 * for the whole connection, or behind a real one as its {@link FakeServer.socket}.
 */
import type {
  Announcements,
  BenchFile,
  Replies,
  RequestBody,
  RequestName,
  RunSnapshot,
} from '@sandtable/shared/protocol';
import type { Socket } from 'socket.io-client';
import type { Answer, Connection, ConnectionStatus, RequestFailure } from '../session/connection.ts';

export type Handlers = {
  [N in RequestName]?: (
    body: RequestBody<N>,
  ) => Replies[N] | RequestFailure | Promise<Replies[N] | RequestFailure>;
};

const OFFLINE: RequestFailure = { code: 'offline', message: 'no line' };

export const BENCH = { id: 'bench001', name: 'Test', updatedAt: '2026-01-01T00:00:00.000Z' };

function isFailure(value: unknown): value is RequestFailure {
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value;
}

export class FakeServer implements Connection {
  status: ConnectionStatus = 'online';
  readonly id = 'page1';
  readonly files = new Map<string, BenchFile>();
  run: RunSnapshot | null = null;
  /** Everything that was asked, in order. */
  readonly asked: { readonly name: RequestName; readonly body: unknown }[] = [];
  readonly handlers: Handlers = {};
  readonly #statusListeners = new Set<(status: ConnectionStatus) => void>();
  readonly #listeners = new Map<string, Set<(value: never) => void>>();

  constructor(files: Readonly<Record<string, string>> = {}) {
    for (const [path, text] of Object.entries(files)) this.save(path, text);
  }

  /** A file as somebody saved it. */
  save(path: string, text: string): BenchFile {
    const version = (this.files.get(path)?.version ?? 0) + 1;
    const file: BenchFile = {
      path,
      version,
      size: text.length,
      savedAt: `2026-01-01T00:00:${String(version).padStart(2, '0')}.000Z`,
      content: { encoding: 'utf8', text },
    };
    this.files.set(path, file);
    return file;
  }

  textOf(path: string): string | undefined {
    return this.files.get(path)?.content?.text;
  }

  become(status: ConnectionStatus): void {
    this.status = status;
    for (const listener of [...this.#statusListeners]) listener(status);
  }

  announce<N extends keyof Announcements>(name: N, value: Announcements[N]): void {
    for (const listener of this.#listeners.get(name) ?? []) listener(value as never);
  }

  async request<N extends RequestName>(name: N, body: RequestBody<N>): Promise<Answer<Replies[N]>> {
    if (this.status !== 'online') return { ok: false, error: OFFLINE };
    this.asked.push({ name, body });
    const handler = (this.handlers[name] ?? this.#builtIn(name)) as (body: unknown) => unknown;
    const value = await handler(body);
    if (isFailure(value)) return { ok: false, error: value };
    return { ok: true, value: value as Replies[N] };
  }

  on<N extends keyof Announcements>(name: N, listener: (value: Announcements[N]) => void): () => void {
    const set = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, set);
    set.add(listener);
    return () => set.delete(listener);
  }

  onStatus(listener: (status: ConnectionStatus) => void): () => void {
    this.#statusListeners.add(listener);
    return () => this.#statusListeners.delete(listener);
  }

  /** What it says makes sense; where a test wants nonsense it goes through {@link socket}. */
  onNonsense(): () => void {
    return () => {};
  }

  close(): void {
    this.status = 'offline';
  }

  /** As much of a socket as a connection uses. `announce` reaches both sides of it. */
  socket(): Socket {
    const { id } = this;
    const socket = {
      id,
      connected: true,
      on: (name: string, listener: (value: never) => void) =>
        name === 'connect' || name === 'disconnect' || name === 'connect_error'
          ? undefined
          : this.on(name as keyof Announcements, listener as (value: unknown) => void),
      timeout: () => ({
        emitWithAck: (name: RequestName, body: RequestBody<RequestName>) => this.request(name, body),
      }),
      close: () => this.close(),
    };
    return socket as unknown as Socket;
  }

  #builtIn(name: RequestName): unknown {
    const handlers: Handlers = {
      'bench.list': () => [BENCH],
      'bench.open': () => ({ bench: BENCH, files: [...this.files.values()], run: this.run, batches: null }),
      'bench.leave': () => null,
      'file.write': ({ path, content, base }) => {
        const held = this.files.get(path);
        if ((held?.version ?? null) !== base) {
          return { code: 'conflict', message: 'older', ...(held === undefined ? {} : { file: held }) };
        }
        return this.save(path, content.text);
      },
      'file.read': ({ path }) => this.files.get(path) ?? { code: 'not-found', message: 'no such file' },
      'run.ack': () => null,
      'run.resize': () => null,
    };
    return handlers[name] ?? (() => ({ code: 'internal', message: `no handler for ${name}` }));
  }
}

/** A store as browsers have it. */
export function fakeStorage(): Storage {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    key: (at) => [...items.keys()][at] ?? null,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
    clear: () => items.clear(),
  };
}

/** Lets everything that waits for a promise go on. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

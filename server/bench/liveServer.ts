/** A real server in a data folder of its own, and a real socket client attached to it: what the figures are measured through. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import type { RunEvent } from '@sandtable/shared/events';
import type { Batch, Replies, Reply, RequestBody, RequestName } from '@sandtable/shared/protocol';

const MAIN = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../src/cli/main.ts');

/** A server that is not up by then will not come up. */
const START_LIMIT_MS = 30_000;

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

export interface LiveServer {
  readonly url: string;
  readonly pid: number;
  close(): Promise<void>;
}

export interface ServerSettings {
  readonly environment?: { readonly [name: string]: string };
  /** The one processor that server and guests may use. */
  readonly processor?: number;
  readonly nodeOptions?: readonly string[];
}

export async function startServer({
  environment = {},
  processor,
  nodeOptions = [],
}: ServerSettings = {}): Promise<LiveServer> {
  const port = await freePort();
  const data = mkdtempSync(path.join(tmpdir(), 'sandtable-bench-'));
  const pinned = processor === undefined ? [] : ['taskset', '--cpu-list', String(processor)];
  const [file, ...args] = [...pinned, process.execPath, ...nodeOptions, MAIN, 'serve'];
  const child: ChildProcess = spawn(file, args, {
    env: { ...process.env, ...environment, HOST: '127.0.0.1', PORT: String(port), SANDTABLE_DATA: data },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  const close = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
    rmSync(data, { recursive: true, force: true });
  };
  const deadline = Date.now() + START_LIMIT_MS;
  for (;;) {
    const up = await fetch(`${url}/api/health`).then(
      (r) => r.ok,
      () => false,
    );
    if (up) return { url, pid: child.pid!, close };
    if (child.exitCode !== null || Date.now() > deadline) {
      await close();
      throw new Error('the server did not start; try npm start');
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** What a watched run printed and when. Times are milliseconds from the request to run. */
export interface WatchedRun {
  readonly run: string;
  readonly output: string;
  /** From the request's last byte in the socket until the packet with the first output is out of it, as text that nobody has read. */
  readonly firstPacketMs: number;
  readonly firstOutputMs: number;
  readonly endedMs: number;
  readonly calls: number;
}

export interface WatchSettings {
  readonly mode?: 'script' | 'repl';
  readonly untilInput?: boolean;
  /** The interpreter is started from nothing. */
  readonly cold?: boolean;
  /** Every call is to say which line made it. */
  readonly lines?: boolean;
}

export class Watcher {
  readonly #socket: Socket;
  #onBatch: ((batch: Batch) => void) | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('run.batch', (batch: Batch) => this.#onBatch?.(batch));
  }

  static async connect(server: LiveServer): Promise<Watcher> {
    const socket = io(server.url, { transports: ['websocket'], extraHeaders: { origin: server.url } });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', () => resolve());
      socket.once('connect_error', reject);
    });
    return new Watcher(socket);
  }

  close(): void {
    this.#socket.close();
  }

  async ask<N extends RequestName>(name: N, body: RequestBody<N>): Promise<Replies[N]> {
    const reply = (await this.#socket.timeout(START_LIMIT_MS).emitWithAck(name, body)) as Reply<Replies[N]>;
    if (!reply.ok) throw new Error(`${name}: ${reply.error.message}`);
    return reply.value;
  }

  /** A new bench that holds `script` and, unless told otherwise, the standard policy. */
  async bench(script: string, policy?: string): Promise<string> {
    const made = await this.ask('bench.create', { name: 'bench' });
    const opened = await this.ask('bench.open', { bench: made.id });
    const write = async (file: string, text: string): Promise<void> => {
      const base = opened.files.find((f) => f.path === file)?.version ?? null;
      await this.ask('file.write', { bench: made.id, path: file, content: { encoding: 'utf8', text }, base });
    };
    await write('script.py', script);
    if (policy !== undefined) await write('policy.ts', policy);
    return made.id;
  }

  /** Starts the bench's script and watches until it ends, or until it waits for input where `untilInput` is set. */
  async watch(
    bench: string,
    { mode = 'script', untilInput = false, cold = false, lines = false }: WatchSettings = {},
  ): Promise<WatchedRun> {
    const begun = performance.now();
    let output = '';
    let firstOutputMs = Number.NaN;
    let firstPacketMs = Number.NaN;
    let calls = 0;
    const last = new Promise<void>((resolve) => {
      const see = (event: RunEvent): void => {
        if (event.type === 'out') {
          if (output === '') firstOutputMs = performance.now() - begun;
          output += event.data;
          this.#socket.emit('run.ack', { run, chars: event.data.length }, () => undefined);
        }
        if (event.type === 'exit' || (untilInput && event.type === 'phase' && event.phase === 'input'))
          resolve();
      };
      this.#onBatch = (batch) => {
        if (run === '') run = batch.run;
        calls += batch.summary.calls;
        for (const event of batch.events) see(event);
      };
    });
    let run = '';
    const { engine } = this.#socket.io;
    const packet = (data: unknown): void => {
      if (typeof data !== 'string' || !data.includes('"type":"out"')) return;
      firstPacketMs = performance.now() - sent;
      engine.off('data', packet);
    };
    engine.on('data', packet);
    const answered = this.ask('run.start', { bench, mode, cold, lines, size: { cols: 80, rows: 24 } });
    const sent = performance.now();
    run = (await answered).run;
    await last;
    engine.off('data', packet);
    this.#onBatch = null;
    return { run, output, firstPacketMs, firstOutputMs, endedMs: performance.now() - begun, calls };
  }
}

/**
 * The host's process as this process's own child: spawning it, the lines of its control channel, and its end.
 *
 * The control channel is trusted: the host closes it before anything of a guest runs.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import type { Duplex, Readable } from 'node:stream';

/** The host's own diagnostics before the filter, kept for the message of a failed start. */
const MAX_DIAGNOSTICS = 4096;

export interface HostCommand {
  readonly file: string;
  readonly args: readonly string[];
}

/** One line of the control channel; see the host's start.c and zygote.c for which fields come with which type. */
export interface HostReport {
  readonly type?: unknown;
  /** Number of the order that it belongs to, in a zygote. */
  readonly serial?: unknown;
  readonly pid?: unknown;
  readonly request?: unknown;
  readonly reply?: unknown;
  readonly birth?: unknown;
  readonly code?: unknown;
  readonly signal?: unknown;
  readonly message?: unknown;
}

export interface HostListener {
  report(report: HostReport): void;
  /** It could not be spawned, or says what makes no sense. */
  failed(code: string, message: string): void;
  /** Once; afterwards nothing more is told. */
  ended(code: number | null, signal: NodeJS.Signals | null): void;
}

export class HostChild {
  readonly #child: ChildProcess;
  readonly #listener: HostListener;
  #line = '';
  #diagnostics = '';
  #ended = false;

  constructor(command: HostCommand, listener: HostListener) {
    this.#listener = listener;
    this.#child = spawn(command.file, command.args, {
      env: {},
      cwd: '/',
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#child.on('error', (error) => {
      listener.failed('host-missing', error.message);
      if (this.#child.pid === undefined) this.#end(null, null);
    });
    this.#child.on('exit', (code, signal) => {
      this.#end(code, signal);
    });
    const errors = this.#child.stdio[2] as Readable;
    errors.on('data', (chunk: Buffer) => {
      if (this.#diagnostics.length < MAX_DIAGNOSTICS) this.#diagnostics += chunk.toString('utf8');
    });
    this.#control.on('data', (chunk: Buffer) => {
      this.#take(chunk.toString('utf8'));
    });
    this.#control.on('error', () => {
      /* The host closes its end; what matters is said by its exit. */
    });
  }

  get #control(): Duplex {
    return this.#child.stdio[3] as Duplex;
  }

  get pid(): number | null {
    return this.#child.pid ?? null;
  }

  get alive(): boolean {
    return !this.#ended && this.#child.pid !== undefined;
  }

  /** What the host printed before its filter, for people. */
  get diagnostics(): string {
    return this.#diagnostics.trim();
  }

  order(line: string): void {
    if (this.alive) this.#control.write(`${line}\n`);
  }

  signal(signal: NodeJS.Signals | number): void {
    if (this.alive) this.#child.kill(signal);
  }

  /** Lets go of its streams; for after its end. */
  close(): void {
    for (const stream of this.#child.stdio) stream?.destroy();
  }

  #end(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#listener.ended(code, signal);
  }

  #take(text: string): void {
    this.#line += text;
    for (let end = this.#line.indexOf('\n'); end >= 0; end = this.#line.indexOf('\n')) {
      const line = this.#line.slice(0, end);
      this.#line = this.#line.slice(end + 1);
      const report = parse(line);
      if (report === null)
        this.#listener.failed('host-nonsense', 'The host said something that is not JSON.');
      else this.#listener.report(report);
    }
  }
}

function parse(line: string): HostReport | null {
  try {
    const report: unknown = JSON.parse(line);
    return typeof report === 'object' && report !== null ? report : null;
  } catch {
    return null;
  }
}

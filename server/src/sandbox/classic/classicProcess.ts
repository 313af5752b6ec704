/**
 * A classic guest as a process: requests come from its standard output, replies go to its standard input, nothing else is on the two.
 *
 * Invariants. The protocol is in turns: no byte is taken while a request is unanswered or a reply not yet with the kernel; one that comes
 * all the same ends the guest. A reply is one write: a child that gets one in some two dozen pieces dies. What the child says on its real
 * standard error is no part of the protocol: it is told as a notice, a bounded number of lines. `ended` is called once, and by then the
 * process is gone.
 *
 * NEVER: trust anything from either stream; write to a guest in a blocking way.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { GuestEnd } from '../guestProcess.ts';
import type { ClassicCommand } from './classicCommand.ts';
import { RequestReader, type ClassicRequest } from './requestReader.ts';

/** A child asks its first question after some 20 ms; one that has not by then hangs, and is killed. */
const START_TIMEOUT_MS = 20_000;

/** After the process has ended its pipe is read to the end, and after the pipe's end the process is waited for; both for this long. */
const DRAIN_TIMEOUT_MS = 500;

/** Lines of real standard error that are told; a child says one for each function that it lacks, and a few when it dies. */
const MAX_SAID_LINES = 50;

/** Characters of such a line; the rest is left out. */
const MAX_SAID_CHARACTERS = 300;

const FATAL = /^Fatal RPython error: (.*)$/;

export interface ClassicListener {
  /** One request; the guest waits. */
  request(request: ClassicRequest): void;
  /** The guest broke the rules of the wire and has been killed. */
  broken(code: string): void;
  /** A line of its real standard error, which no program of the guest's can write to. */
  said(line: string): void;
  /** The interpreter gives up. */
  fatal(message: string): void;
  ended(end: GuestEnd): void;
}

export class ClassicProcess {
  readonly #child: ChildProcess;
  readonly #listener: ClassicListener;
  readonly #reader = new RequestReader();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #saidLines: string[] = [];
  #errors = '';
  #started = false;
  /** A request is with the controller. */
  #asked = false;
  #broken = false;
  #failure: { readonly code: string; readonly message: string } | null = null;
  #exit: { readonly code: number | null; readonly signal: NodeJS.Signals | null } | null = null;
  #exitAs: number | null = null;
  #drained = false;
  #over = false;

  constructor(command: ClassicCommand, listener: ClassicListener) {
    this.#listener = listener;
    this.#child = spawn(command.file, command.args, {
      ...(command.argv0 === null ? {} : { argv0: command.argv0 }),
      ...(command.uid === null ? {} : { uid: command.uid, gid: command.uid }),
      env: {},
      cwd: '/',
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    this.#child.on('error', (error) => {
      this.#fail('classic-missing', error.message);
      if (this.#child.pid !== undefined) return;
      this.#drained = true;
      this.#exit = { code: null, signal: null };
      this.#finish();
    });
    this.#child.on('exit', (code, signal) => {
      this.#exit = { code, signal };
      this.#after(DRAIN_TIMEOUT_MS, () => {
        this.#requestsEnded();
      });
      this.#finish();
    });
    const requests = this.#requests;
    requests.on('data', (chunk: Buffer) => {
      this.#take(chunk);
    });
    for (const event of ['error', 'close'] as const)
      requests.on(event, () => {
        this.#requestsEnded();
      });
    this.#replies.on('error', () => {
      /* The guest is gone, or closed its end: its own end says how. */
    });
    const errors = this.#child.stdio[2] as Readable;
    errors.on('data', (chunk: Buffer) => {
      this.#takeErrors(chunk.toString('latin1'));
    });
    this.#after(START_TIMEOUT_MS, () => {
      if (!this.#started) this.#fail('classic-silent', 'It asked nothing.');
    });
  }

  get pid(): number | null {
    return this.#child.pid ?? null;
  }

  get alive(): boolean {
    return this.#exit === null && this.#child.pid !== undefined;
  }

  /** Sends one reply; the bytes are the process's from then on. */
  reply(bytes: Uint8Array): void {
    this.#asked = false;
    if (this.alive && this.#replies.writable) this.#replies.write(bytes);
  }

  /** Kills the guest because of what it sent. */
  breakOff(code: string): void {
    if (this.#broken || this.#over) return;
    this.#broken = true;
    this.kill();
    this.#listener.broken(code);
  }

  /** Ends the guest as it asked for: it counts as its own end. */
  exit(status: number): void {
    this.#exitAs ??= status;
    this.kill();
  }

  signal(signal: NodeJS.Signals | number): void {
    if (this.alive) this.#child.kill(signal);
  }

  kill(): void {
    this.signal('SIGKILL');
  }

  get #requests(): Readable {
    return this.#child.stdio[1] as Readable;
  }

  get #replies(): Writable {
    return this.#child.stdio[0] as Writable;
  }

  #take(chunk: Uint8Array): void {
    if (this.#broken || this.#exitAs !== null || this.#over) return;
    if (this.#asked || this.#replies.writableLength > 0) {
      this.breakOff('out-of-turn');
      return;
    }
    const result = this.#reader.push(chunk);
    if (result.kind === 'more') return;
    if (result.kind === 'broken') {
      this.breakOff(result.code);
      return;
    }
    this.#started = true;
    this.#asked = true;
    this.#listener.request(result.request);
  }

  #takeErrors(text: string): void {
    const lines = (this.#errors + text).split('\n');
    this.#errors = lines.pop()!.slice(0, MAX_SAID_CHARACTERS);
    for (const line of lines) this.#say(line);
  }

  #say(line: string): void {
    if (line.trim() === '' || this.#over) return;
    const fatal = FATAL.exec(line);
    if (fatal !== null) this.#listener.fatal(meaningOf(fatal[1]!.slice(0, MAX_SAID_CHARACTERS)));
    if (this.#saidLines.length >= MAX_SAID_LINES) return;
    const shown = line.slice(0, MAX_SAID_CHARACTERS);
    this.#saidLines.push(shown);
    // Before its first question it is only the reason why there is no guest, and told with that.
    if (this.#started) this.#listener.said(shown);
  }

  #fail(code: string, message: string): void {
    this.#failure ??= { code, message };
    this.kill();
  }

  #after(ms: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, ms);
    this.#timers.add(timer);
  }

  #requestsEnded(): void {
    if (this.#drained) return;
    this.#drained = true;
    // Without requests there is no guest: one that closed its end and lives on has no business any more.
    if (this.alive)
      this.#after(DRAIN_TIMEOUT_MS, () => {
        this.kill();
      });
    this.#finish();
  }

  #finish(): void {
    const exit = this.#exit;
    if (exit === null || !this.#drained || this.#over) return;
    this.#say(this.#errors);
    this.#over = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    for (const stream of this.#child.stdio) stream?.destroy();
    if (this.#failure !== null) this.#listener.ended({ kind: 'no-start', ...this.#failure });
    else if (!this.#started && !this.#broken) {
      const message = this.#saidLines.join(' ').trim();
      this.#listener.ended({
        kind: 'no-start',
        code: 'classic-died',
        message: message === '' ? 'It ended before it asked anything.' : message,
      });
    } else if (this.#exitAs !== null)
      this.#listener.ended({ kind: 'exited', code: this.#exitAs, signal: null });
    else this.#listener.ended({ kind: 'exited', code: exit.code, signal: exit.signal });
  }
}

function meaningOf(error: string): string {
  return error === 'MemoryError' ? 'out of memory (MemoryError)' : error;
}

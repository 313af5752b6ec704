/**
 * The guest as a process: the two pipes, signals, and its end. Where it comes from is its origin's business.
 *
 * Start: both pipes are made by the guest's side, which names their descriptors; this side opens fresh descriptions of
 * them through /proc/PID/fd, so that O_NONBLOCK here is not shared with the guest. The guest's side prepares, says that it is ready, and
 * sets up its filter. From then on the only ties are the two pipes and signals.
 *
 * Invariants. In one turn at most {@link FRAMES_PER_TURN} frames of one guest are handled, none is begun after {@link TURN_MS}, and no more
 * are received after {@link DIRECT_MS}; who has its next turn when is settled by `turns.ts`. While replies
 * cannot be written, no request is read: a guest that does not read its replies only stops itself. Whatever happens, `ended` is called once, and by then the process is gone and every descriptor is closed.
 *
 * One that ends before it has said hello has done nothing yet: where there is another origin, a guest of that one takes its place, once.
 *
 * NEVER: write to a guest's pipe in a blocking way; trust anything from the pipe (the control channel is trusted until `ready` or the hello).
 */
import { closeSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { DirectReads } from './directReads.ts';
import {
  closeEnds,
  openEnds,
  type GuestOrigin,
  type OpenEnds,
  type OriginOf,
  type PipeEnds,
} from './guestOrigin.ts';
import { Lookout } from './lookout.ts';
import { Turn } from './turns.ts';
import { FrameReader, HELLO_FID } from './wire/frameReader.ts';

/** Frames of one guest in one turn: about 2 ms of ordinary calls, so that other guests on the same thread are hardly late. */
const FRAMES_PER_TURN = 256;

/** After this many milliseconds no further frame is begun in a turn: a guest can choose calls that take a hundred times the ordinary. */
const TURN_MS = 2;

/**
 * Of a turn, how long requests are read that come while it lasts: some forty calls. Short beside a turn, because a guest that always has the
 * next one ready would make every turn a full one, and others wait for the sum of them.
 */
const DIRECT_MS = 0.3;

/** Receiving buffer; the host's pipe holds up to 1 MiB, of which a turn takes this much. */
const RECEIVE_BYTES = 64 * 1024;

/** Pause before a reply that did not fit is tried again, in milliseconds; doubles up to the second. */
const FIRST_RETRY_MS = 1;
const MAX_RETRY_MS = 50;

/** Preparation takes some 60 ms; a host that is not ready by then hangs, and is killed. */
const READY_TIMEOUT_MS = 20_000;

/** After the process has ended its pipe is read to the end; the rest is given up after this long. */
const DRAIN_TIMEOUT_MS = 500;

export interface Hello {
  readonly protocol: number;
  readonly table: string;
  readonly pypy: string;
}

export type GuestEnd =
  /** The process ended: by itself, by a signal, or because it was killed. */
  | { readonly kind: 'exited'; readonly code: number | null; readonly signal: NodeJS.Signals | null }
  /** It never became a guest. */
  | { readonly kind: 'no-start'; readonly code: string; readonly message: string }
  /** The process that it was forked from ended, and it with it. */
  | { readonly kind: 'lost' };

export interface GuestListener {
  hello(hello: Hello): void;
  /** One request, at `now` as `performance.now()` gives it; `reader` holds it until this returns. */
  frame(reader: FrameReader, now: number): void;
  /** It ended before it had said hello, and the guest of the other origin has taken its place. */
  startsAnew?(): void;
  /** The guest broke the rules of the wire and has been killed. */
  broken(code: string): void;
  ended(end: GuestEnd): void;
}

export class GuestProcess {
  #origin: GuestOrigin;
  /** Where the guest comes from if it ends before its hello; null where that would be its end. */
  #instead: OriginOf | null;
  readonly #listener: GuestListener;
  #reader = new FrameReader();
  #pipe: Socket | null = null;
  #replyFd = -1;
  #saidHello = false;
  #broken = false;
  #paused = false;
  readonly #turn = new Turn(() => {
    this.#resume();
  });
  #direct: DirectReads | null = null;
  #received: Uint8Array = new Uint8Array(0);
  /** The part of it that was received last. */
  #fed: Uint8Array = this.#received;
  readonly #lookout = new Lookout();
  /** The rest of replies that the pipe had no room for. */
  #unsent: Uint8Array[] = [];
  #retryMs = FIRST_RETRY_MS;
  #phase: 'pipes' | 'preparing' | 'running' | 'ended' = 'pipes';
  #failure: { code: string; message: string } | null = null;
  #exit: { code: number | null; signal: NodeJS.Signals | null } | null = null;
  #lost = false;
  #drained = false;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(origin: OriginOf, listener: GuestListener, instead: OriginOf | null = null) {
    this.#listener = listener;
    this.#instead = instead;
    this.#origin = this.#comeFrom(origin);
  }

  #comeFrom(origin: OriginOf): GuestOrigin {
    this.#after(READY_TIMEOUT_MS, () => {
      if (this.#phase !== 'pipes' && this.#phase !== 'preparing') return;
      // Whoever has waited for so long is not asked to wait for as long again.
      this.#instead = null;
      this.#fail('host-timeout', 'The host did not become ready.');
    });
    return origin({
      pipes: (ends) => {
        if (this.#phase === 'pipes') this.#openPipes(ends);
        else if (!('holder' in ends)) closeEnds(ends);
      },
      ready: () => {
        if (this.#phase === 'preparing') this.#phase = 'running';
      },
      failed: (code, message) => {
        this.#fail(code, message);
      },
      exited: (code, signal) => {
        if (!this.#startAnew()) this.#gone(code, signal);
      },
      lost: () => {
        if (this.#startAnew()) return;
        this.#lost = true;
        this.#gone(null, 'SIGKILL');
      },
    });
  }

  get pid(): number | null {
    return this.#origin.pid;
  }

  get alive(): boolean {
    return this.#exit === null && this.#origin.alive;
  }

  /** Sends one reply frame; copies what it has to keep. */
  reply(frame: Uint8Array): void {
    if (this.#replyFd < 0) return;
    if (this.#unsent.length > 0) {
      this.#unsent.push(new Uint8Array(frame));
      return;
    }
    const sent = this.#write(frame);
    if (sent < frame.length && this.#replyFd >= 0) {
      this.#unsent.push(new Uint8Array(frame.subarray(sent)));
      this.#retryMs = FIRST_RETRY_MS;
      this.#after(this.#retryMs, () => {
        this.#flush();
      });
    }
  }

  /** Kills the guest because of what it sent. */
  breakOff(code: string): void {
    if (this.#broken) return;
    this.#broken = true;
    this.kill();
    this.#listener.broken(code);
  }

  signal(signal: NodeJS.Signals | number): void {
    if (this.#exit === null) this.#origin.signal(signal);
  }

  kill(): void {
    this.#instead = null;
    this.signal('SIGKILL');
  }

  #after(ms: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, ms);
    this.#timers.add(timer);
  }

  #fail(code: string, message: string): void {
    this.#failure ??= { code, message };
    this.signal('SIGKILL');
  }

  // ---- start ----

  #openPipes(ends: PipeEnds | OpenEnds): void {
    try {
      const { requestFd, replyFd } = 'holder' in ends ? openEnds(ends) : ends;
      this.#replyFd = replyFd;
      this.#pipe = this.#receive(requestFd);
    } catch (error) {
      this.#fail('pipes', (error as Error).message);
      return;
    }
    this.#phase = 'preparing';
    this.#origin.pipesOpened();
  }

  // ---- requests ----

  #receive(fd: number): Socket {
    const buffer = Buffer.allocUnsafeSlow(RECEIVE_BYTES);
    this.#received = this.#fed = buffer;
    this.#direct = new DirectReads(fd, buffer);
    const pipe = new Socket({
      fd,
      readable: true,
      writable: false,
      onread: {
        buffer,
        callback: (bytes) => {
          if (this.#broken) return true;
          this.#feed(bytes);
          this.#handleFrames();
          if (this.#reader.pending) this.#reader.keep();
          // A full buffer would be followed by the next one in this same turn.
          if (bytes === RECEIVE_BYTES && !this.#paused) this.#pause();
          return !this.#paused;
        },
      },
    });
    for (const event of ['error', 'close'] as const)
      pipe.on(event, () => {
        if (this.#pipe === pipe) this.#pipeEnded();
      });
    return pipe;
  }

  /** One turn: handles what has come, as far as time and the replies' way allow, and pauses where others go first. */
  #handleFrames(): void {
    const begun = performance.now();
    this.#turn.begin(begun);
    this.#lookout.came(begun);
    const done = this.#handleUntil(begun);
    if (this.#broken || this.#phase === 'ended') return;
    const ended = performance.now();
    if (!this.#turn.end(ended)) this.#paused = true;
    else if (!done) this.#pause();
    else {
      this.#paused = this.#unsent.length > 0;
      if (!this.#paused) this.#lookout.answered(ended);
    }
  }

  /** @returns whether there is nothing more to do before bytes come, or replies can go. */
  #handleUntil(begun: number): boolean {
    const reader = this.#reader;
    let now = begun;
    for (let count = 0; count < FRAMES_PER_TURN && now < begun + TURN_MS; count++, now = performance.now()) {
      if (this.#unsent.length > 0) return true;
      while (!reader.next()) {
        if (reader.error !== null) this.breakOff(reader.error);
        if (reader.error !== null || now >= begun + DIRECT_MS || !this.#readOn()) return true;
      }
      if (reader.fid === HELLO_FID) this.#onHello(reader);
      else if (!this.#saidHello) this.breakOff('no-hello');
      else this.#listener.frame(reader, now);
      if (this.#broken) return true;
    }
    return false;
  }

  /** Reads what has come meanwhile; false where that is nothing. */
  #readOn(): boolean {
    // The number of a pipe that was let go may be another file's already.
    if (this.#pipe?.destroyed !== false) return false;
    const bytes = this.#direct?.read() ?? 0;
    if (bytes > 0) this.#feed(bytes);
    return bytes > 0;
  }

  #feed(bytes: number): void {
    // As in a reply builder: requests are often as long as the one before.
    if (this.#fed.length !== bytes) this.#fed = this.#received.subarray(0, bytes);
    this.#reader.feed(this.#fed);
  }

  #pause(): void {
    this.#paused = true;
    this.#turn.wait();
  }

  #resume(): void {
    if (this.#broken || this.#phase === 'ended' || !this.#paused || this.#turn.waits) return;
    this.#handleFrames();
    if (!this.#paused) this.#pipe?.resume();
  }

  #onHello(reader: FrameReader): void {
    if (this.#saidHello || reader.id !== 0) {
      this.breakOff('second-hello');
      return;
    }
    try {
      const text = Buffer.from(
        reader.bytes.buffer,
        reader.bytes.byteOffset + reader.at,
        reader.end - reader.at,
      ).toString('utf8');
      const hello = JSON.parse(text) as { protocol?: unknown; table?: unknown; pypy?: unknown };
      this.#saidHello = true;
      this.#phase = 'running';
      this.#listener.hello({
        protocol: Number(hello.protocol),
        table: String(hello.table),
        pypy: String(hello.pypy),
      });
    } catch {
      this.breakOff('bad-hello');
    }
  }

  // ---- replies ----

  /** Bytes that the pipe took. */
  #write(bytes: Uint8Array): number {
    let sent = 0;
    while (sent < bytes.length) {
      try {
        sent += writeSync(this.#replyFd, bytes, sent, bytes.length - sent);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'EAGAIN') return sent;
        // The guest is gone, and its exit will say how; or the pipe is broken in a way that nothing can mend.
        this.#closeReplies();
        if (code !== 'EPIPE') this.breakOff('reply-pipe');
        return bytes.length;
      }
    }
    return sent;
  }

  #flush(): void {
    while (this.#unsent.length > 0 && this.#replyFd >= 0) {
      const frame = this.#unsent[0]!;
      const sent = this.#write(frame);
      if (sent < frame.length) {
        if (this.#replyFd < 0) break;
        this.#unsent[0] = frame.subarray(sent);
        this.#retryMs = sent > 0 ? FIRST_RETRY_MS : Math.min(MAX_RETRY_MS, this.#retryMs * 2);
        this.#after(this.#retryMs, () => {
          this.#flush();
        });
        return;
      }
      this.#unsent.shift();
    }
    this.#resume();
  }

  #closeReplies(): void {
    this.#unsent = [];
    if (this.#replyFd >= 0) closeSync(this.#replyFd);
    this.#replyFd = -1;
  }

  // ---- end ----

  /** Lets go of a guest that never asked anything, and has another one made. False where it had, or there is to be no other. */
  #startAnew(): boolean {
    const origin = this.#instead;
    if (origin === null || this.#saidHello) return false;
    this.#instead = null;
    this.#clearTimers();
    this.#closeReplies();
    const pipe = this.#pipe;
    this.#pipe = null;
    pipe?.destroy();
    this.#origin.close();
    this.#reader = new FrameReader();
    this.#phase = 'pipes';
    this.#failure = null;
    this.#drained = this.#paused = false;
    this.#origin = this.#comeFrom(origin);
    this.#listener.startsAnew?.();
    return true;
  }

  #clearTimers(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #gone(code: number | null, signal: NodeJS.Signals | null): void {
    this.#exit = { code, signal };
    if (this.#pipe === null) this.#drained = true;
    else
      this.#after(DRAIN_TIMEOUT_MS, () => {
        this.#pipeEnded();
      });
    this.#finish();
  }

  #pipeEnded(): void {
    if (this.#drained) return;
    this.#drained = true;
    this.#pipe?.destroy();
    // Without requests there is no guest: one that closed its end and lives on has no business any more.
    if (this.alive)
      this.#after(DRAIN_TIMEOUT_MS, () => {
        this.kill();
      });
    this.#finish();
  }

  #finish(): void {
    const exit = this.#exit;
    if (exit === null || !this.#drained || this.#phase === 'ended') return;
    const started = this.#phase === 'running';
    this.#phase = 'ended';
    this.#turn.close();
    this.#clearTimers();
    this.#closeReplies();
    this.#pipe?.destroy();
    this.#origin.close();
    if (this.#failure !== null) this.#listener.ended({ kind: 'no-start', ...this.#failure });
    else if (!started && !this.#broken && !this.#saidHello) {
      const message = this.#origin.diagnostics || 'The host ended before it was ready.';
      this.#listener.ended({ kind: 'no-start', code: 'host-died', message });
    } else if (this.#lost) this.#listener.ended({ kind: 'lost' });
    else this.#listener.ended({ kind: 'exited', code: exit.code, signal: exit.signal });
  }
}

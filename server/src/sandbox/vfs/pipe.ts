/**
 * Pipes and stream pairs, held in memory.
 *
 * A channel carries bytes one way. A pipe has a read and a write end on one channel; a stream pair
 * (socketpair, the self-pipe of asyncio) has two channels crosswise. What a channel wakes: the
 * readers when bytes come or the writing side closes, the writers when room comes or the reading
 * side closes.
 */
import {
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  PIPE_BUF,
  PIPE_CAPACITY,
  S_IFIFO,
  S_IFSOCK,
  type Stat,
  type TimeSpec,
} from './abi.ts';
import { ByteQueue } from './byteQueue.ts';
import { Description, type Readiness } from './description.ts';
import { fail, ok, wait, type Outcome, type Result } from './result.ts';

/** What fstat says of things that have no name. */
export interface AnonymousIdentity {
  readonly ino: number;
  /** Permission bits; fchmod changes them, to no effect, as on Linux. */
  mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly time: TimeSpec;
}

/** st_dev of pipes and sockets; apart from all volumes. */
const ANONYMOUS_DEV = 0xf;

class Channel {
  readonly queue = new ByteQueue(PIPE_CAPACITY);
  readerOpen = true;
  writerOpen = true;
  reader: (() => void) | null = null;
  writer: (() => void) | null = null;

  read(end: End, count: number): Outcome<Uint8Array> {
    if (count === 0) return ok(new Uint8Array(0));
    if (this.queue.length === 0) {
      if (!this.writerOpen) return ok(new Uint8Array(0));
      return end.nonblocking ? fail('EAGAIN') : wait(end, 'readable');
    }
    const bytes = this.queue.shift(count);
    this.writer?.();
    return ok(bytes);
  }

  write(end: End, bytes: Uint8Array, atomicBytes: number): Outcome<number> {
    if (bytes.length === 0) return ok(0);
    if (!this.readerOpen) return fail('EPIPE');
    // A small write must not be mixed with those of others: it goes as a whole or waits.
    const fits = bytes.length <= atomicBytes ? this.queue.room >= bytes.length : this.queue.room > 0;
    const taken = fits ? this.queue.push(bytes) : 0;
    if (taken > 0) this.reader?.();
    if (taken === bytes.length) return ok(taken);
    if (end.nonblocking) return taken > 0 ? ok(taken) : fail('EAGAIN');
    return wait(end, 'writable', taken);
  }

  closeReader(): void {
    this.readerOpen = false;
    this.queue.clear();
    this.writer?.();
  }

  closeWriter(): void {
    this.writerOpen = false;
    this.reader?.();
  }
}

/** One end of something that has no name. */
export abstract class End extends Description {
  readonly identity: AnonymousIdentity;
  protected abstract readonly typeBits: number;

  constructor(flags: number, identity: AnonymousIdentity) {
    super(flags);
    this.identity = identity;
  }

  wake(): void {
    this.wakeAll();
  }

  stat(): Result<Stat> {
    const { ino, uid, gid, time } = this.identity;
    const { sec, nsec } = time;
    return ok({
      dev: ANONYMOUS_DEV,
      ino,
      mode: this.typeBits | this.identity.mode,
      nlink: 1,
      uid,
      gid,
      rdev: 0,
      size: 0,
      blksize: PIPE_BUF,
      blocks: 0,
      atimeSec: sec,
      atimeNsec: nsec,
      mtimeSec: sec,
      mtimeNsec: nsec,
      ctimeSec: sec,
      ctimeNsec: nsec,
    });
  }
}

class PipeEnd extends End {
  readonly kind = 'pipe';
  protected readonly typeBits = S_IFIFO;
  readonly #channel: Channel;
  readonly #reads: boolean;

  constructor(channel: Channel, reads: boolean, flags: number, identity: AnonymousIdentity) {
    super(flags | (reads ? O_RDONLY : O_WRONLY), identity);
    this.#channel = channel;
    this.#reads = reads;
    if (reads) channel.reader = () => this.wake();
    else channel.writer = () => this.wake();
  }

  read(count: number): Outcome<Uint8Array> {
    return this.#reads ? this.#channel.read(this, count) : fail('EBADF');
  }

  write(bytes: Uint8Array): Outcome<number> {
    return this.#reads ? fail('EBADF') : this.#channel.write(this, bytes, PIPE_BUF);
  }

  override readiness(): Readiness {
    const { queue, readerOpen, writerOpen } = this.#channel;
    return this.#reads
      ? { readable: queue.length > 0, writable: false, hangup: !writerOpen, error: false }
      : {
          readable: false,
          writable: queue.room >= PIPE_BUF || !readerOpen,
          hangup: false,
          error: !readerOpen,
        };
  }

  protected override close(): void {
    if (this.#reads) this.#channel.closeReader();
    else this.#channel.closeWriter();
  }

  label(): string {
    return `pipe:[${this.identity.ino}]`;
  }
}

/** One end of a pair of connected streams. */
export class StreamEnd extends End {
  readonly kind = 'stream';
  protected readonly typeBits = S_IFSOCK;
  readonly #incoming: Channel;
  readonly #outgoing: Channel;

  constructor(incoming: Channel, outgoing: Channel, flags: number, identity: AnonymousIdentity) {
    super(flags | O_RDWR, identity);
    this.#incoming = incoming;
    this.#outgoing = outgoing;
    incoming.reader = () => this.wake();
    outgoing.writer = () => this.wake();
  }

  read(count: number): Outcome<Uint8Array> {
    return this.#incoming.read(this, count);
  }

  write(bytes: Uint8Array): Outcome<number> {
    return this.#outgoing.writerOpen ? this.#outgoing.write(this, bytes, 1) : fail('EPIPE');
  }

  /** SHUT_RD, SHUT_WR, SHUT_RDWR as 0, 1, 2. */
  shutdown(how: number): Result<undefined> {
    if (how !== 0 && how !== 1 && how !== 2) return fail('EINVAL');
    if (how !== 1) {
      this.#incoming.closeReader();
      this.#incoming.closeWriter();
    }
    if (how !== 0) this.#outgoing.closeWriter();
    return ok(undefined);
  }

  override readiness(): Readiness {
    const peerWrites = this.#incoming.writerOpen;
    const peerReads = this.#outgoing.readerOpen;
    return {
      readable: this.#incoming.queue.length > 0 || !peerWrites,
      writable: this.#outgoing.queue.room >= PIPE_BUF || !peerReads,
      hangup: !peerWrites && (!this.#outgoing.writerOpen || !peerReads),
      error: false,
    };
  }

  protected override close(): void {
    this.#incoming.closeReader();
    this.#outgoing.closeWriter();
  }

  label(): string {
    return `socket:[${this.identity.ino}]`;
  }
}

/** Both ends of a new pipe; `flags` may hold O_NONBLOCK. */
export function makePipe(
  flags: number,
  identity: AnonymousIdentity,
): { reader: Description; writer: Description } {
  const channel = new Channel();
  return {
    reader: new PipeEnd(channel, true, flags, identity),
    writer: new PipeEnd(channel, false, flags, identity),
  };
}

/** Two connected streams; `flags` may hold O_NONBLOCK. */
export function makeStreamPair(
  flags: number,
  identities: readonly [AnonymousIdentity, AnonymousIdentity],
): [StreamEnd, StreamEnd] {
  const one = new Channel();
  const other = new Channel();
  return [new StreamEnd(one, other, flags, identities[0]), new StreamEnd(other, one, flags, identities[1])];
}

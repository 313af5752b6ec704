/**
 * Pipes, held in memory: a read and a write end on one channel.
 *
 * What a channel wakes: the reader when bytes come or the writing side closes, the writer when room comes or the reading side closes.
 */
import { O_RDONLY, O_WRONLY, PIPE_BUF, PIPE_CAPACITY, S_IFIFO, type Stat, type TimeSpec } from './abi.ts';
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

  write(end: End, bytes: Uint8Array): Outcome<number> {
    if (bytes.length === 0) return ok(0);
    if (!this.readerOpen) return fail('EPIPE');
    // A small write must not be mixed with those of others: it goes as a whole or waits.
    const fits = bytes.length <= PIPE_BUF ? this.queue.room >= bytes.length : this.queue.room > 0;
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
    return this.#reads ? fail('EBADF') : this.#channel.write(this, bytes);
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

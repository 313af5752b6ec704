/**
 * Open file descriptions: what a descriptor refers to, shared by its duplicates.
 *
 * The vfs makes those for files, directories, pipes, streams and devices. The controller makes its
 * own for the terminal and for sockets by extending `Description`, and puts them into the table
 * with `GuestFiles.install`.
 *
 * Protocol of blocking: an operation that cannot go on answers `wait(this, …)`, or EAGAIN if
 * `nonblocking`. Whatever changes readiness calls `wakeAll()` once its own state is consistent.
 * Wakers are called synchronously from inside the operation that made the change; they may be
 * called without need, so who is woken looks again. A waker must NEVER throw.
 */
import { O_ACCMODE, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY, type Stat } from './abi.ts';
import { fail, type Outcome, type Result } from './result.ts';

/** What poll reports: readable POLLIN, writable POLLOUT, hangup POLLHUP, error POLLERR. */
export interface Readiness {
  readonly readable: boolean;
  readonly writable: boolean;
  readonly hangup: boolean;
  readonly error: boolean;
}

const ALWAYS_READY: Readiness = Object.freeze({
  readable: true,
  writable: true,
  hangup: false,
  error: false,
});

export type Disposer = () => void;

export interface OpenDescription {
  readonly kind: 'file' | 'directory' | 'pipe' | 'stream' | 'device' | 'external';
  /** Access mode and status flags, as F_GETFL shows them. */
  flags: number;
  /** At most `count` bytes from the current position; empty means end of file. The bytes are not to be changed. */
  read(count: number): Outcome<Uint8Array>;
  /** Takes a copy of what it keeps; answers how many bytes it took. */
  write(bytes: Uint8Array): Outcome<number>;
  pread(count: number, offset: number): Outcome<Uint8Array>;
  pwrite(bytes: Uint8Array, offset: number): Outcome<number>;
  /** New position in bytes. */
  seek(offset: number, whence: number): Result<number>;
  stat(): Result<Stat>;
  readiness(): Readiness;
  /** The mask of poll, where there is more to say than `readiness` has words for. */
  events?(): number;
  /** Calls `wake` after every change of readiness until disposed of. */
  subscribe(wake: () => void): Disposer;
  /** Called once, when the last descriptor and the last call under way that refer to this are gone: closes it and tells who asked. */
  release(): void;
  /** Calls `gone` once this is closed for good, unless disposed of before. */
  onRelease(gone: () => void): Disposer;
  /** For the trace: the present absolute path, `pipe:[7]`, or null for a file that has no name any more. */
  label(): string | null;
}

/** Defaults of a description that is not a file: cannot seek, always ready. */
export abstract class Description implements OpenDescription {
  abstract readonly kind: OpenDescription['kind'];
  flags: number;
  readonly #wakers = new Set<() => void>();
  readonly #releases = new Set<() => void>();

  constructor(flags: number) {
    this.flags = flags;
  }

  get nonblocking(): boolean {
    return (this.flags & O_NONBLOCK) !== 0;
  }

  abstract read(count: number): Outcome<Uint8Array>;
  abstract write(bytes: Uint8Array): Outcome<number>;
  abstract stat(): Result<Stat>;
  abstract label(): string | null;

  pread(_count: number, _offset: number): Outcome<Uint8Array> {
    return fail('ESPIPE');
  }

  pwrite(_bytes: Uint8Array, _offset: number): Outcome<number> {
    return fail('ESPIPE');
  }

  seek(_offset: number, _whence: number): Result<number> {
    return fail('ESPIPE');
  }

  readiness(): Readiness {
    return ALWAYS_READY;
  }

  subscribe(wake: () => void): Disposer {
    // A fresh function each time: two subscriptions of one callback must be disposed of separately.
    const waker = (): void => wake();
    this.#wakers.add(waker);
    return () => {
      this.#wakers.delete(waker);
    };
  }

  release(): void {
    this.close();
    for (const gone of [...this.#releases]) gone();
    this.#releases.clear();
  }

  onRelease(gone: () => void): Disposer {
    const told = (): void => gone();
    this.#releases.add(told);
    return () => {
      this.#releases.delete(told);
    };
  }

  /** What closing for good means for this kind. */
  protected close(): void {}

  protected wakeAll(): void {
    if (this.#wakers.size === 0) return;
    for (const waker of [...this.#wakers]) {
      if (this.#wakers.has(waker)) waker();
    }
  }
}

export function isReadable(flags: number): boolean {
  const mode = flags & O_ACCMODE;
  return mode === O_RDONLY || mode === O_RDWR;
}

export function isWritable(flags: number): boolean {
  const mode = flags & O_ACCMODE;
  return mode === O_WRONLY || mode === O_RDWR;
}

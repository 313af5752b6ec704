/**
 * The guest's standard descriptors: three faces of one terminal, or plain pipes.
 *
 * Output passes a gate that opens and closes with the consumer's room, so that a guest that floods waits for its reply.
 */
import { O_RDONLY, O_RDWR, O_WRONLY, S_IFCHR, S_IFIFO, type Stat } from '../vfs/abi.ts';
import { Description, type Readiness } from '../vfs/description.ts';
import { fail, ok, wait, type Outcome, type Result } from '../vfs/result.ts';
import type { Terminal } from './terminal.ts';

/** Lets output through while the consumer has room, and counts it. */
export interface OutputGate {
  readonly open: boolean;
  /** Called with the bytes of each write that passes. */
  passed(bytes: number): void;
}

const LABELS = ['<stdin>', '<stdout>', '<stderr>'] as const;

/** Device number of the first pseudo-terminal, 136:0. */
const PTS_RDEV = 136 << 8;
const STREAM_DEV = 5;
const OWNER = 1000;

function streamStat(mode: number, fd: number, rdev: number): Stat {
  const now = Math.floor(Date.now() / 1000);
  return {
    dev: STREAM_DEV,
    ino: fd + 3,
    mode,
    nlink: 1,
    uid: OWNER,
    gid: OWNER,
    rdev,
    size: 0,
    blksize: 1024,
    blocks: 0,
    atimeSec: now,
    atimeNsec: 0,
    mtimeSec: now,
    mtimeNsec: 0,
    ctimeSec: now,
    ctimeNsec: 0,
  };
}

/** One of the descriptors 0, 1 and 2 that the guest begins with; `wake` is called when the terminal or the gate changes. */
export abstract class StandardStream extends Description {
  readonly kind = 'external';
  readonly fd: 0 | 1 | 2;
  protected readonly gate: OutputGate;

  constructor(fd: 0 | 1 | 2, flags: number, gate: OutputGate) {
    super(flags);
    this.fd = fd;
    this.gate = gate;
  }

  /** Whether waiting to read from it is waiting for the person. */
  get isInput(): boolean {
    return this.fd === 0;
  }

  label(): string {
    return LABELS[this.fd];
  }

  wake(): void {
    this.wakeAll();
  }
}

export class TerminalStream extends StandardStream {
  readonly terminal: Terminal;
  readonly #closed: ((stream: TerminalStream) => void) | null;

  constructor(
    fd: 0 | 1 | 2,
    terminal: Terminal,
    gate: OutputGate,
    closed: ((stream: TerminalStream) => void) | null = null,
  ) {
    super(fd, O_RDWR, gate);
    this.terminal = terminal;
    this.#closed = closed;
  }

  override close(): void {
    this.#closed?.(this);
  }

  read(count: number): Outcome<Uint8Array> {
    const bytes = this.terminal.read(count);
    if (bytes !== null) return ok(bytes);
    return this.nonblocking ? fail('EAGAIN') : wait(this, 'readable');
  }

  write(bytes: Uint8Array): Outcome<number> {
    if (!this.gate.open) return this.nonblocking ? fail('EAGAIN') : wait(this, 'writable');
    this.terminal.write(this.fd === 2 ? 2 : 1, bytes);
    this.gate.passed(bytes.length);
    return ok(bytes.length);
  }

  stat(): Result<Stat> {
    return ok(streamStat(S_IFCHR | 0o620, 0, PTS_RDEV));
  }

  override readiness(): Readiness {
    return { readable: this.terminal.readable, writable: this.gate.open, hangup: false, error: false };
  }
}

/** Standard input as a pipe. */
export class InputPipe extends StandardStream {
  #queue: Uint8Array[] = [];
  #ended = false;

  constructor(gate: OutputGate) {
    super(0, O_RDONLY, gate);
  }

  push(bytes: Uint8Array): void {
    if (this.#ended || bytes.length === 0) return;
    this.#queue.push(bytes);
    this.wakeAll();
  }

  end(): void {
    this.#ended = true;
    this.wakeAll();
  }

  get waiting(): number {
    return this.#queue.reduce((sum, bytes) => sum + bytes.length, 0);
  }

  read(count: number): Outcome<Uint8Array> {
    const first = this.#queue[0];
    if (first === undefined) {
      if (this.#ended || count === 0) return ok(new Uint8Array(0));
      return this.nonblocking ? fail('EAGAIN') : wait(this, 'readable');
    }
    if (first.length <= count) this.#queue.shift();
    else this.#queue[0] = first.subarray(count);
    return ok(first.subarray(0, count));
  }

  write(): Outcome<number> {
    return fail('EBADF');
  }

  stat(): Result<Stat> {
    return ok(streamStat(S_IFIFO | 0o600, 0, 0));
  }

  override readiness(): Readiness {
    return {
      readable: this.#ended || this.#queue.length > 0,
      writable: false,
      hangup: this.#ended,
      error: false,
    };
  }
}

/** Standard output or error as a pipe: bytes as they are. */
export class OutputPipe extends StandardStream {
  readonly #sink: (fd: 1 | 2, bytes: Uint8Array) => void;

  constructor(fd: 1 | 2, gate: OutputGate, sink: (fd: 1 | 2, bytes: Uint8Array) => void) {
    super(fd, O_WRONLY, gate);
    this.#sink = sink;
  }

  read(): Outcome<Uint8Array> {
    return fail('EBADF');
  }

  write(bytes: Uint8Array): Outcome<number> {
    if (!this.gate.open) return this.nonblocking ? fail('EAGAIN') : wait(this, 'writable');
    this.#sink(this.fd as 1 | 2, bytes);
    this.gate.passed(bytes.length);
    return ok(bytes.length);
  }

  stat(): Result<Stat> {
    return ok(streamStat(S_IFIFO | 0o600, this.fd, 0));
  }

  override readiness(): Readiness {
    return { readable: false, writable: this.gate.open, hangup: false, error: false };
  }
}

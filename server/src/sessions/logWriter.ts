/**
 * Writes the log of one run, inside the worker that hosts the run.
 *
 * Lines are collected in one buffer and written synchronously when it is full or when {@link LogWriter.flush} is called (before
 * each batch, so that what a page was told can always be read back from the file). Synchronous on purpose: it is the
 * back-pressure. A guest cannot log faster than the disk takes it, no line waits in memory without bound, and after a crash the
 * file ends where the run did. NEVER acknowledge to a page what is not in the file.
 */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { oneLineJson } from '@sandtable/shared/printable';
import { INDEX_ENTRY_BYTES, INDEX_FILE, INDEX_STRIDE, LOG_FILE } from './logFormat.ts';

/** Bytes collected before a write: large enough that writing costs little, small beside a guest. */
const BUFFER_BYTES = 256 * 1024;

/** Buffers kept for whoever logs next: as many as runs of a thread that log at the same time. With more of them some are allocated again and again. */
const MAX_SPARE = 32;

/** Of this thread. A run has a buffer only while lines of it wait to be written, because most runs are prompts that wait. */
const spare: Buffer[] = [];

/** UTF-8 needs at most this many bytes for one UTF-16 unit. */
const BYTES_PER_UNIT = 3;

export class LogWriter {
  readonly #folder: string;
  /** Log and index, once they are open. */
  #files: { readonly log: number; readonly index: number } | null = null;
  #closed = false;
  #buffer: Buffer | null = null;
  #filled = 0;
  /** Bytes in the file. */
  #written = 0;
  #seq = 0;
  #calls = 0;
  #indexedAt = 0;
  #entries: number[] = [];
  #failure: Error | null = null;

  /** Nothing is made before {@link open}, or the first line that has to be written. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes folder and files; only their owner may look inside. Throws where that fails; does nothing where it has been done. */
  open(): void {
    this.#opened();
  }

  #opened(): { readonly log: number; readonly index: number } {
    if (this.#closed) throw new Error('the log is closed');
    if (this.#files === null) {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      const index = openSync(join(this.#folder, INDEX_FILE), 'ax', 0o600);
      try {
        this.#files = { log: openSync(join(this.#folder, LOG_FILE), 'ax', 0o600), index };
      } finally {
        if (this.#files === null) closeSync(index);
      }
    }
    return this.#files;
  }

  /** Bytes logged, written or not. */
  get bytes(): number {
    return this.#written + this.#filled;
  }

  /** Why lines are no longer written (a full disk, for one), or null. From then on everything is dropped. */
  get failure(): Error | null {
    return this.#failure;
  }

  /** `json` is without a line end; events come in the order of `seq`, the first is 1. */
  append(json: string, isCall: boolean): void {
    if (this.#failure !== null) return;
    // A file of lines must have the same ones for every reader, and a guest chooses what stands in them.
    const line = oneLineJson(json);
    this.#seq += 1;
    if (this.bytes - this.#indexedAt >= INDEX_STRIDE) {
      this.#indexedAt = this.bytes;
      this.#entries.push(this.bytes, this.#seq, this.#calls);
    }
    if (isCall) this.#calls += 1;
    const most = line.length * BYTES_PER_UNIT + 1;
    if (most > BUFFER_BYTES - this.#filled) {
      this.flush();
      if (most > BUFFER_BYTES) {
        this.#write(Buffer.from(`${line}\n`));
        return;
      }
    }
    const buffer = (this.#buffer ??= spare.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES));
    this.#filled += buffer.write(line, this.#filled);
    buffer[this.#filled++] = 0x0a;
  }

  /** Afterwards every line is in the file. */
  flush(): void {
    if (this.#buffer !== null) {
      const buffer = this.#buffer;
      const filled = this.#filled;
      this.#buffer = null;
      this.#filled = 0;
      this.#write(buffer.subarray(0, filled));
      if (spare.length < MAX_SPARE) spare.push(buffer);
    }
    if (this.#entries.length > 0 && this.#failure === null) {
      // The index comes after the lines that it points to.
      const entries = Buffer.alloc((this.#entries.length / 3) * INDEX_ENTRY_BYTES);
      for (const [i, value] of this.#entries.entries()) entries.writeDoubleLE(value, i * 8);
      this.#entries = [];
      this.#attempt(() => writeSync(this.#opened().index, entries));
    }
  }

  close(): void {
    this.flush();
    this.#closed = true;
    if (this.#files === null) return;
    closeSync(this.#files.log);
    closeSync(this.#files.index);
    this.#files = null;
  }

  #write(bytes: Buffer): void {
    this.#attempt(() => {
      const { log } = this.#opened();
      for (let at = 0; at < bytes.length;) {
        const count = writeSync(log, bytes, at);
        at += count;
        this.#written += count;
      }
    });
  }

  #attempt(write: () => void): void {
    if (this.#failure !== null) return;
    try {
      write();
    } catch (error) {
      this.#failure = error as Error;
    }
  }
}

/** Where the events of a run on the command line go: the streams of this process, the log, the trace. */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { Writable } from 'node:stream';
import type { CallName } from '@sandtable/shared/calls';
import type { CallEvent } from '@sandtable/shared/events';
import { encodeText } from '@sandtable/shared/text';
import type { RunSink, SideEvent } from '../sandbox/index.ts';
import { callLine } from './callLine.ts';
import { printable } from '@sandtable/shared/printable';
import type { TraceFile } from './traceFile.ts';

/** Output that waits for a slow reader before the guest does. */
const OUTPUT_ROOM_BYTES = 256 * 1024;

/** Calls that `--verbose` leaves out, as pypy_interact did: those that only carry what is shown anyway. */
const STDIO_CALLS: ReadonlySet<CallName> = new Set<CallName>(['ll_os_read', 'll_os_write', 'll_os_isatty']);

export interface CommandSinkOptions {
  /** Whether lines for people need a carriage return. */
  readonly tty: boolean;
  readonly verbose: boolean;
  readonly log: string | null;
  readonly trace: TraceFile | null;
  readonly onInputWait: () => void;
  /** Nobody reads the output any more. */
  readonly onBrokenPipe: () => void;
}

export class CommandSink implements RunSink {
  onOutputRoom: (() => void) | null = null;
  readonly #options: CommandSinkOptions;
  readonly #log: number | null;
  #closed = false;

  /** Throws where the log cannot be opened. */
  constructor(options: CommandSinkOptions) {
    this.#options = options;
    this.#log = options.log === null ? null : openSync(options.log, 'a', 0o644);
    for (const stream of [process.stdout, process.stderr]) {
      stream.on('drain', () => {
        if (this.outputRoom() > 0) this.onOutputRoom?.();
      });
      stream.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'EPIPE') options.onBrokenPipe();
      });
    }
  }

  call(tail: string, call: CallName): void {
    this.#options.trace?.call(tail);
    if (!this.#options.verbose) return;
    const row = JSON.parse(`{${tail}`) as CallEvent;
    const { fd } = row.args;
    if (STDIO_CALLS.has(call) && typeof fd === 'number' && fd <= 2) return;
    this.say(callLine(row));
  }

  event(body: SideEvent): void {
    this.#options.trace?.event(body);
    if (body.type === 'out') {
      const bytes = encodeText(body.data);
      this.#write(body.fd === 2 ? process.stderr : process.stdout, bytes);
      if (body.fd !== 0)
        this.#record(this.#options.tty ? encodeText(body.data.replaceAll('\r\n', '\n')) : bytes);
    } else if (body.type === 'phase' && body.phase === 'input') this.#options.onInputWait();
    else if (body.type === 'notice') this.say(`sandtable: ${body.message}`);
    else if (body.type === 'limit' && !body.ends) this.say(`sandtable: ${body.message}`);
  }

  outputRoom(): number {
    return OUTPUT_ROOM_BYTES - Math.max(process.stdout.writableLength, process.stderr.writableLength);
  }

  /** What the person typed, for the log. */
  typed(text: string): void {
    this.#record(encodeText(text));
  }

  /** A line of ours for the person; what a guest put into it cannot act on the terminal. */
  say(line: string): void {
    this.#write(process.stderr, encodeText(`${printable(line)}${this.#options.tty ? '\r\n' : '\n'}`));
  }

  close(): void {
    this.#closed = true;
    if (this.#log !== null) closeSync(this.#log);
    this.#options.trace?.close();
  }

  #record(bytes: Uint8Array): void {
    if (this.#log === null || this.#closed) return;
    for (let at = 0; at < bytes.length;) at += writeSync(this.#log, bytes, at);
  }

  #write(stream: Writable, bytes: Uint8Array): void {
    if (!stream.destroyed) stream.write(bytes);
  }
}

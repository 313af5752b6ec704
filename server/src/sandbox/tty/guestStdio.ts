/** The guest's way to the person: a terminal, or pipes, behind one face. */
import { encodeText } from '@sandtable/shared/text';
import type { TerminalSize } from '@sandtable/shared/protocol';
import type { Stdio } from '../runHandle.ts';
import {
  virtualFd,
  type DeviceOpening,
  type GuestFiles,
  type OpenDescription,
  type Result,
} from '../vfs/index.ts';
import { fail, ok } from '../vfs/result.ts';
import { InputPipe, OutputPipe, TerminalStream, type OutputGate, type StandardStream } from './streams.ts';
import { Terminal } from './terminal.ts';
import { Utf8Joiner } from './utf8Joiner.ts';

/** The end of what was written to standard error, to tell how an interpreter died. */
const LAST_ERRORS = 2048;

export interface StdioListener {
  shown(fd: 0 | 1 | 2, text: string): void;
  signal(signal: 'SIGINT' | 'SIGQUIT'): void;
  typed(text: string): void;
}

export class GuestStdio {
  readonly terminal: Terminal | null;
  readonly #streams: readonly StandardStream[];
  readonly #devices = new Set<StandardStream>();
  readonly #input: InputPipe | null;
  readonly #gate: OutputGate;
  readonly #joiners = { 1: new Utf8Joiner(), 2: new Utf8Joiner() } as const;
  readonly #listener: StdioListener;
  #lastErrors = '';

  constructor(stdio: Stdio, gate: OutputGate, listener: StdioListener) {
    this.#gate = gate;
    this.#listener = listener;
    if (stdio.kind === 'tty') {
      const terminal = new Terminal(stdio.size, {
        shown: (fd, text) => {
          this.#shown(fd, text);
        },
        readable: () => {
          for (const stream of [...this.#streams, ...this.#devices]) stream.wake();
        },
        signal: (signal) => {
          listener.signal(signal);
        },
        typed: (text) => {
          listener.typed(text);
        },
      });
      this.terminal = terminal;
      this.#input = null;
      this.#streams = [
        new TerminalStream(0, terminal, gate),
        new TerminalStream(1, terminal, gate),
        new TerminalStream(2, terminal, gate),
      ];
      return;
    }
    const sink = (fd: 1 | 2, bytes: Uint8Array): void => {
      const text = this.#joiners[fd].push(bytes);
      if (text !== '') this.#shown(fd, text);
    };
    this.terminal = null;
    this.#input = new InputPipe(gate);
    this.#streams = [this.#input, new OutputPipe(1, gate, sink), new OutputPipe(2, gate, sink)];
  }

  get lastErrors(): string {
    return this.#lastErrors;
  }

  install(files: GuestFiles): void {
    this.#streams.forEach((stream, fd) => {
      files.install(stream, { at: virtualFd(fd) });
    });
  }

  /** `/dev/tty`. */
  openDevice(_opening: DeviceOpening): Result<OpenDescription> {
    if (this.terminal === null) return fail('ENXIO');
    const stream = new TerminalStream(0, this.terminal, this.#gate, (closed) => {
      this.#devices.delete(closed);
    });
    this.#devices.add(stream);
    return ok(stream);
  }

  input(data: string): void {
    if (this.terminal !== null) this.terminal.input(data);
    else if (this.#input !== null) {
      this.#listener.typed(data);
      this.#input.push(encodeText(data));
    }
  }

  eof(): void {
    if (this.terminal !== null) this.terminal.eof();
    else this.#input?.end();
  }

  /** Ctrl-C from a button: as if it had been typed where that means a signal, else straight. */
  interruptKey(straight: () => void): void {
    if (this.terminal?.signalsOnCtrlC === true) this.terminal.input('\x03');
    else straight();
  }

  resize(size: TerminalSize): void {
    this.terminal?.resize(size);
  }

  /** The consumer has room again. */
  wakeOutput(): void {
    for (const stream of [...this.#streams, ...this.#devices]) stream.wake();
  }

  /** At the end: characters that never became whole. */
  flush(): void {
    this.terminal?.flush();
    for (const fd of [1, 2] as const) {
      const text = this.#joiners[fd].flush();
      if (text !== '') this.#shown(fd, text);
    }
  }

  #shown(fd: 0 | 1 | 2, text: string): void {
    if (fd === 2) this.#lastErrors = (this.#lastErrors + text).slice(-LAST_ERRORS);
    this.#listener.shown(fd, text);
  }
}

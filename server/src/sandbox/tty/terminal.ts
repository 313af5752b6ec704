/**
 * The virtual terminal: what a person types becomes what the guest reads, what the guest writes becomes what is shown.
 *
 * In canonical mode lines are edited here, with history, as rlwrap would; the guest gets whole lines. In raw mode every key
 * goes to the guest. What the guest prints while a line is being typed goes above it: the line is taken off the screen and
 * drawn again behind the output.
 */
import { encodeText } from '@sandtable/shared/text';
import type { TerminalSize } from '@sandtable/shared/protocol';
import { KeyReader, type Key } from './keys.ts';
import { LineEditor, type EditorView } from './lineEditor.ts';
import { OutputColumn } from './outputColumn.ts';
import {
  COOKED,
  ECHO,
  ICANON,
  ICRNL,
  ISIG,
  ONLCR,
  OPOST,
  VEOF,
  VINTR,
  VMIN,
  VQUIT,
  type Termios,
} from './termios.ts';
import { Utf8Joiner } from './utf8Joiner.ts';

/** Typed ahead and not read yet, in bytes; what is typed beyond is dropped, with a bell, as Linux does. */
const MAX_TYPED_AHEAD = 1024 * 1024;

const BELL = '\x07';
const CLEAR_SCREEN = '\x1b[2J\x1b[H';

export interface TerminalListener {
  /** Text for the screen: `fd` 1 or 2 as the guest wrote it, 0 for echo. */
  shown(fd: 0 | 1 | 2, text: string): void;
  /** Something can be read that could not be before. */
  readable(): void;
  /** Ctrl-C or Ctrl-\ was typed. */
  signal(signal: 'SIGINT' | 'SIGQUIT'): void;
  /** Whole lines that the guest is going to read; for logs of what was typed. */
  typed(text: string): void;
}

export class Terminal {
  termios: Termios = COOKED;
  size: TerminalSize;
  readonly #listener: TerminalListener;
  readonly #keys = new KeyReader();
  readonly #editor = new LineEditor();
  readonly #screen: OutputColumn;
  readonly #joiners = { 1: new Utf8Joiner(), 2: new Utf8Joiner() } as const;
  /** Lines (canonical) or pieces (raw) to read; an empty one is an end of file. */
  #queue: Uint8Array[] = [];
  #queued = 0;

  constructor(size: TerminalSize, listener: TerminalListener) {
    this.size = size;
    this.#listener = listener;
    this.#screen = new OutputColumn(size.cols);
  }

  resize(size: TerminalSize): void {
    this.size = size;
    this.#screen.resize(size.cols);
  }

  // ---- the person's side ----

  /** What was typed or pasted. */
  input(text: string): void {
    if (!this.#is(ICANON)) {
      this.#raw(text);
      return;
    }
    let echo = '';
    for (const key of this.#keys.read(text)) {
      // A signal echoes at once; what was to be shown before it comes first.
      if (key.kind === 'control' && this.#isSignal(key.code)) {
        this.#echo(echo);
        echo = '';
      }
      echo += this.#key(key);
    }
    this.#echo(echo);
  }

  /** End of file from outside the keyboard: whatever was typed is handed over first. */
  eof(): void {
    const { print } = this.#submit(false);
    this.#echo(print);
    this.#push(new Uint8Array(0));
  }

  /** Whether Ctrl-C means a signal now. */
  get signalsOnCtrlC(): boolean {
    return this.#is(ISIG) && this.termios.cc[VINTR] === 3;
  }

  get #view(): EditorView {
    return { column: this.#screen.column, columns: this.size.cols, echo: this.#is(ECHO) };
  }

  #is(flag: number): boolean {
    return (this.termios.lflag & flag) !== 0;
  }

  #raw(text: string): void {
    let kept = '';
    for (const char of text) {
      if (this.#is(ISIG) && this.#signalOf(char.charCodeAt(0))) kept = '';
      else kept += char === '\r' && (this.termios.iflag & ICRNL) !== 0 ? '\n' : char;
    }
    if (kept === '') return;
    if (this.#is(ECHO)) this.#echo(kept.replaceAll('\n', '\r\n'));
    this.#listener.typed(kept);
    this.#push(encodeText(kept));
  }

  #isSignal(code: number): boolean {
    return this.#is(ISIG) && (code === this.termios.cc[VINTR] || code === this.termios.cc[VQUIT]);
  }

  /** Raises the signal that a character stands for, if it does. */
  #signalOf(code: number): boolean {
    const { cc } = this.termios;
    const signal = code === cc[VINTR] ? 'SIGINT' : code === cc[VQUIT] ? 'SIGQUIT' : null;
    if (signal === null) return false;
    this.#queue = [];
    this.#queued = 0;
    this.#listener.signal(signal);
    return true;
  }

  #key(key: Key): string {
    switch (key.kind) {
      case 'text':
        return this.#insert(key.text);
      case 'paste':
        return this.#paste(key.text);
      case 'command':
        return this.#editor.command(key.command, this.#view);
      default:
        return this.#control(key.code);
    }
  }

  #insert(text: string): string {
    return this.#editor.insert(text, this.#view);
  }

  #paste(text: string): string {
    let echo = '';
    text.split('\n').forEach((line, k) => {
      if (k > 0) echo += this.#submit(true).print;
      echo += this.#insert(line);
    });
    return echo;
  }

  #control(code: number): string {
    const editor = this.#editor;
    if (this.#isSignal(code)) {
      const { text, print } = editor.finish(this.#view);
      const mark = `^${String.fromCharCode(code + 64)}`;
      this.#screen.print(text);
      if (this.#is(ECHO)) {
        this.#screen.print(mark);
        this.#echo(print + mark);
      }
      this.#signalOf(code);
      return '';
    }
    if (code === this.termios.cc[VEOF]) return this.#endOfFile();
    switch (code) {
      case 1:
        return editor.command('home', this.#view);
      case 2:
        return editor.command('left', this.#view);
      case 5:
        return editor.command('end', this.#view);
      case 6:
        return editor.command('right', this.#view);
      case 8:
      case 0x7f:
        return editor.backspace(this.#view);
      case 9:
        return this.#insert('\t');
      case 10:
      case 13:
        return this.#submit(true).print;
      case 11:
        return editor.killToEnd(this.#view);
      case 12:
        return this.#clearScreen();
      case 14:
        return editor.command('down', this.#view);
      case 16:
        return editor.command('up', this.#view);
      case 21:
        return editor.killToStart(this.#view);
      case 23:
        return editor.killBlankWord(this.#view);
      case 25:
        return editor.yank(this.#view);
      default:
        return '';
    }
  }

  #endOfFile(): string {
    if (!this.#editor.empty && !this.#editor.atEnd) return this.#editor.command('delete', this.#view);
    if (!this.#editor.empty) return this.#submit(false).print;
    this.#push(new Uint8Array(0));
    return '';
  }

  /** Hands the line over, with its line end unless it was ended by Ctrl-D. */
  #submit(withEnd: boolean): { readonly print: string } {
    if (!withEnd && this.#editor.empty) return { print: '' };
    const { text, print } = this.#editor.finish(this.#view);
    const line = withEnd ? `${text}\n` : text;
    const end = withEnd ? '\r\n' : '';
    if (this.#is(ECHO)) this.#screen.print(withEnd ? end : text);
    this.#listener.typed(line);
    this.#push(encodeText(line));
    return { print: this.#is(ECHO) ? print + end : '' };
  }

  #clearScreen(): string {
    const prompt = this.#screen.line;
    this.#screen.print('\r');
    this.#screen.print(prompt);
    this.#editor.forgetRows();
    return CLEAR_SCREEN + prompt + this.#editor.redraw(this.#view);
  }

  #push(bytes: Uint8Array): void {
    if (this.#queued + bytes.length > MAX_TYPED_AHEAD) {
      this.#echo(BELL);
      return;
    }
    this.#queue.push(bytes);
    this.#queued += bytes.length;
    this.#listener.readable();
  }

  #echo(text: string): void {
    if (text !== '') this.#listener.shown(0, text);
  }

  // ---- the guest's side ----

  get readable(): boolean {
    return this.#queue.length > 0 || (!this.#is(ICANON) && this.termios.cc[VMIN] === 0);
  }

  /** At most `count` bytes, empty at an end of file; null where there is nothing yet. */
  read(count: number): Uint8Array | null {
    const first = this.#queue[0];
    if (first === undefined) return this.readable ? new Uint8Array(0) : null;
    if (count === 0) return new Uint8Array(0);
    if (first.length <= count) {
      this.#queue.shift();
      this.#queued -= first.length;
      return first;
    }
    this.#queue[0] = first.subarray(count);
    this.#queued -= count;
    return first.subarray(0, count);
  }

  /** Bytes waiting, as FIONREAD counts. */
  get waiting(): number {
    return this.#queue[0]?.length ?? 0;
  }

  /** Shows what the guest writes. */
  write(fd: 1 | 2, bytes: Uint8Array): void {
    this.#print(fd, this.#joiners[fd].push(bytes));
  }

  /** At the end of the run: characters that never became whole. */
  flush(): void {
    this.#print(1, this.#joiners[1].flush());
    this.#print(2, this.#joiners[2].flush());
  }

  #print(fd: 1 | 2, text: string): void {
    if (text === '') return;
    const oflag = this.termios.oflag;
    const shown = (oflag & OPOST) !== 0 && (oflag & ONLCR) !== 0 ? text.replaceAll('\n', '\r\n') : text;
    const hidden = this.#editor.hide(this.#view);
    this.#echo(hidden);
    this.#screen.print(shown);
    this.#listener.shown(fd, shown);
    if (hidden !== '') this.#echo(this.#editor.redraw(this.#view));
  }

  /** Sets the modes; with `flush` what was typed ahead is forgotten. */
  setModes(termios: Termios, flush: boolean): void {
    const wasCanonical = this.#is(ICANON);
    this.termios = termios;
    if (flush) {
      this.#queue = [];
      this.#queued = 0;
    }
    if (wasCanonical && !this.#is(ICANON) && !this.#editor.empty) {
      const { text } = this.#editor.finish({ ...this.#view, echo: false });
      if (!flush) this.#push(encodeText(text));
    }
  }
}

/**
 * One line being typed: text, cursor, history, kill buffer, and the escape sequences that keep the screen equal to it.
 *
 * The editor draws from the column where the prompt ended and may wrap over several rows. What it prints leaves the cursor
 * where the text cursor is. It knows nothing of processes and descriptors.
 */
import { charWidth } from './charWidth.ts';
import type { Command } from './keys.ts';

/** Lines remembered for the up arrow; more than anybody scrolls back. */
const MAX_HISTORY = 500;

/** Characters in one typed line. Linux's terminal stops at 4,095 bytes; pasted programs are longer. */
const MAX_LINE_CHARS = 64 * 1024;

export interface EditorView {
  /** Column at which the text begins, right of the prompt. */
  readonly column: number;
  readonly columns: number;
  /** False where what is typed must not be seen (passwords). */
  readonly echo: boolean;
}

export class LineEditor {
  #chars: string[] = [];
  #cursor = 0;
  #killed: string[] = [];
  readonly #history: string[] = [];
  #place = 0;
  #draft: string[] = [];
  /** Row of the cursor, counted from the row of the prompt, as drawn. */
  #row = 0;

  get text(): string {
    return this.#chars.join('');
  }

  get empty(): boolean {
    return this.#chars.length === 0;
  }

  get atEnd(): boolean {
    return this.#cursor === this.#chars.length;
  }

  /** Inserts text at the cursor; answers what to print. */
  insert(text: string, view: EditorView): string {
    const chars = [...text].slice(0, MAX_LINE_CHARS - this.#chars.length);
    if (chars.length === 0) return '';
    const simple = this.atEnd && view.echo;
    const before = simple ? this.#end(view) : 0;
    this.#chars.splice(this.#cursor, 0, ...chars);
    this.#cursor += chars.length;
    const width = displayWidth(chars);
    if (simple && (before % view.columns) + width < view.columns) return chars.map(display).join('');
    return this.redraw(view);
  }

  command(command: Command, view: EditorView): string {
    switch (command) {
      case 'left':
        return this.#moveTo(this.#cursor - 1, view);
      case 'right':
        return this.#moveTo(this.#cursor + 1, view);
      case 'home':
        return this.#moveTo(0, view);
      case 'end':
        return this.#moveTo(this.#chars.length, view);
      case 'word-left':
        return this.#moveTo(this.#wordLeft(), view);
      case 'word-right':
        return this.#moveTo(this.#wordRight(), view);
      case 'delete':
        return this.#cut(this.#cursor, this.#cursor + 1, false, view);
      case 'delete-word':
        return this.#cut(this.#cursor, this.#wordRight(), true, view);
      case 'erase-word':
        return this.#cut(this.#wordLeft(), this.#cursor, true, view);
      case 'up':
        return this.#recall(this.#place - 1, view);
      case 'down':
        return this.#recall(this.#place + 1, view);
      default:
        return '';
    }
  }

  backspace(view: EditorView): string {
    const last = this.#chars[this.#cursor - 1];
    if (
      last !== undefined &&
      this.atEnd &&
      view.echo &&
      displayWidth([last]) === 1 &&
      this.#end(view) % view.columns > 1
    ) {
      this.#chars.pop();
      this.#cursor -= 1;
      return '\b \b';
    }
    return this.#cut(this.#cursor - 1, this.#cursor, false, view);
  }

  killToEnd(view: EditorView): string {
    return this.#cut(this.#cursor, this.#chars.length, true, view);
  }

  killToStart(view: EditorView): string {
    return this.#cut(0, this.#cursor, true, view);
  }

  /** Back to the last blank, as the terminal's own word erase does. */
  killBlankWord(view: EditorView): string {
    let from = this.#cursor;
    while (from > 0 && this.#chars[from - 1] === ' ') from -= 1;
    while (from > 0 && this.#chars[from - 1] !== ' ') from -= 1;
    return this.#cut(from, this.#cursor, true, view);
  }

  yank(view: EditorView): string {
    return this.insert(this.#killed.join(''), view);
  }

  /** Ends the line: gives its text, what to print, and begins an empty one. Shown lines are remembered. */
  finish(view: EditorView): { readonly text: string; readonly print: string } {
    const { text } = this;
    const print = this.#moveTo(this.#chars.length, view);
    if (view.echo && text.trim() !== '' && this.#history.at(-1) !== text) {
      this.#history.push(text);
      if (this.#history.length > MAX_HISTORY) this.#history.shift();
    }
    this.clear();
    return { text, print };
  }

  /** Forgets the line without a word to the screen. */
  clear(): void {
    this.#chars = [];
    this.#cursor = 0;
    this.#draft = [];
    this.#place = this.#history.length;
    this.#row = 0;
  }

  /** Takes the line off the screen and leaves the cursor where it began; `redraw` brings it back, wherever the cursor is then. */
  hide(view: EditorView): string {
    if (!view.echo || this.empty) return '';
    const print = this.#home(view) + '\x1b[J';
    this.#row = 0;
    return print;
  }

  /** The screen was cleared: the cursor stands right of the prompt, on its row. */
  forgetRows(): void {
    this.#row = 0;
  }

  /** Prints the line anew from where it begins. */
  redraw(view: EditorView): string {
    if (!view.echo) return '';
    const end = this.#end(view);
    let print = this.#home(view) + '\x1b[J' + this.#chars.map(display).join('');
    // A terminal leaves the cursor on the last column until more comes; make it wrap now, so that rows can be counted.
    if (end > 0 && end % view.columns === 0) print += '\r\n';
    this.#row = Math.floor(end / view.columns);
    return print + this.#toCursor(view);
  }

  #end(view: EditorView): number {
    return view.column + displayWidth(this.#chars);
  }

  /** To where the text begins. */
  #home(view: EditorView): string {
    const up = this.#row > 0 ? `\x1b[${String(this.#row)}A` : '';
    const right = view.column > 0 ? `\x1b[${String(view.column)}C` : '';
    return `${up}\r${right}`;
  }

  #toCursor(view: EditorView): string {
    const target = view.column + displayWidth(this.#chars.slice(0, this.#cursor));
    const row = Math.floor(target / view.columns);
    const column = target % view.columns;
    if (this.atEnd && row === this.#row) return '';
    const up = this.#row - row;
    this.#row = row;
    const vertical = up > 0 ? `\x1b[${String(up)}A` : up < 0 ? `\x1b[${String(-up)}B` : '';
    return `${vertical}\r${column > 0 ? `\x1b[${String(column)}C` : ''}`;
  }

  #moveTo(wanted: number, view: EditorView): string {
    const to = Math.max(0, Math.min(wanted, this.#chars.length));
    if (to === this.#cursor) return '';
    this.#cursor = to;
    if (!view.echo) return '';
    const target = view.column + displayWidth(this.#chars.slice(0, to));
    const row = Math.floor(target / view.columns);
    const column = target % view.columns;
    const up = this.#row - row;
    this.#row = row;
    const vertical = up > 0 ? `\x1b[${String(up)}A` : up < 0 ? `\x1b[${String(-up)}B` : '';
    return `${vertical}\r${column > 0 ? `\x1b[${String(column)}C` : ''}`;
  }

  #cut(from: number, to: number, keep: boolean, view: EditorView): string {
    const start = Math.max(0, from);
    const end = Math.min(to, this.#chars.length);
    if (start >= end) return '';
    const removed = this.#chars.splice(start, end - start);
    if (keep) this.#killed = removed;
    this.#cursor = start;
    return this.redraw(view);
  }

  #recall(place: number, view: EditorView): string {
    if (!view.echo || place < 0 || place > this.#history.length || place === this.#place) return '';
    if (this.#place === this.#history.length) this.#draft = this.#chars;
    this.#place = place;
    this.#chars = place === this.#history.length ? this.#draft : [...this.#history[place]!];
    this.#cursor = this.#chars.length;
    return this.redraw(view);
  }

  #wordLeft(): number {
    let at = this.#cursor;
    while (at > 0 && !isWord(this.#chars[at - 1]!)) at -= 1;
    while (at > 0 && isWord(this.#chars[at - 1]!)) at -= 1;
    return at;
  }

  #wordRight(): number {
    let at = this.#cursor;
    while (at < this.#chars.length && !isWord(this.#chars[at]!)) at += 1;
    while (at < this.#chars.length && isWord(this.#chars[at]!)) at += 1;
    return at;
  }
}

/** A tab is shown as a step of indentation. */
const TAB = '    ';

function display(char: string): string {
  return char === '\t' ? TAB : char < ' ' || char === '\x7f' ? '?' : char;
}

function displayWidth(chars: readonly string[]): number {
  let width = 0;
  for (const char of chars) width += char === '\t' ? TAB.length : charWidth(char);
  return width;
}

function isWord(char: string): boolean {
  return /[\p{L}\p{N}_]/u.test(char);
}

/**
 * Where the cursor stands after everything printed so far, as far as a line editor must know: its column, and what the
 * present line shows before it (the prompt).
 *
 * Escape sequences take no column; those that move the cursor are not followed, which only costs a redrawn prompt its place.
 */
import { charWidth } from './charWidth.ts';

/** A prompt is short; of a longer unfinished line the end is kept. */
const MAX_LINE = 1024;

export class OutputColumn {
  column = 0;
  /** What the line shows so far. */
  line = '';
  #columns: number;
  #state: 'text' | 'escape' | 'csi' | 'osc' = 'text';

  constructor(columns: number) {
    this.#columns = columns;
  }

  resize(columns: number): void {
    this.#columns = columns;
    this.column %= columns;
  }

  /** Follows text on its way to the screen. */
  print(text: string): void {
    const lineStart = text.lastIndexOf('\n');
    if (lineStart >= 0 && this.#state === 'text' && !text.includes('\x1b')) {
      // Only what follows the last line end matters; its column depends on whether that end returned the carriage.
      this.line = '';
      if (text[lineStart - 1] === '\r') this.column = 0;
      text = text.slice(lineStart + 1);
    }
    for (const char of text) this.#one(char);
    if (this.line.length > MAX_LINE) this.line = this.line.slice(-MAX_LINE);
  }

  #one(char: string): void {
    if (this.#state !== 'text') {
      this.#sequence(char);
      return;
    }
    switch (char) {
      case '\x1b':
        this.#state = 'escape';
        this.line += char;
        return;
      case '\n':
        this.line = '';
        return;
      case '\r':
        this.column = 0;
        this.line = '';
        return;
      case '\b':
        this.column = Math.max(0, this.column - 1);
        return;
      case '\t':
        this.#advance(8 - (this.column % 8));
        this.line += char;
        return;
      default:
    }
    if (char < ' ' || char === '\x7f') return;
    this.line += char;
    this.#advance(charWidth(char));
  }

  #sequence(char: string): void {
    this.line += char;
    if (this.#state === 'escape') this.#state = char === '[' ? 'csi' : char === ']' ? 'osc' : 'text';
    else if (this.#state === 'csi') {
      if (char >= '@' && char <= '~') this.#state = 'text';
    } else if (char === '\x07' || char === '\\') this.#state = 'text';
  }

  #advance(width: number): void {
    this.column += width;
    if (this.column >= this.#columns) this.column -= this.#columns;
  }
}

/**
 * From what a keyboard sends to keys: plain text, control characters, and the escape sequences of xterm.
 *
 * A sequence may come in pieces; what is incomplete is kept until the next piece. An escape alone is a key only once something
 * else follows, which no editing command here minds.
 */

export type Key =
  | { readonly kind: 'text'; readonly text: string }
  /** A C0 control character or DEL, by its code. */
  | { readonly kind: 'control'; readonly code: number }
  | { readonly kind: 'command'; readonly command: Command }
  /** Text between the brackets of a bracketed paste; line ends are `\n`. */
  | { readonly kind: 'paste'; readonly text: string };

export type Command =
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'home'
  | 'end'
  | 'delete'
  | 'word-left'
  | 'word-right'
  | 'delete-word'
  | 'erase-word'
  | 'unknown';

const FINAL: { readonly [final: string]: Command } = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  H: 'home',
  F: 'end',
};
const TILDE: { readonly [number: string]: Command } = {
  1: 'home',
  3: 'delete',
  4: 'end',
  7: 'home',
  8: 'end',
};
const META: { readonly [char: string]: Command } = {
  b: 'word-left',
  f: 'word-right',
  d: 'delete-word',
  '\x7f': 'erase-word',
  '\b': 'erase-word',
};

const ESC = '\x1b';
const PASTE_START = '200';
const PASTE_END = '\x1b[201~';

/** An unfinished sequence longer than this is no sequence; a paste may be as long as one input message. */
const MAX_SEQUENCE = 64;

export class KeyReader {
  #rest = '';
  #pasting = false;

  /** The keys in a piece of input. */
  read(input: string): Key[] {
    const keys: Key[] = [];
    let text = this.#rest + input;
    this.#rest = '';
    while (text !== '') {
      if (this.#pasting) {
        const end = text.indexOf(PASTE_END);
        const keep = end >= 0 ? end : text.length - partOf(PASTE_END, text);
        if (keep > 0) keys.push({ kind: 'paste', text: text.slice(0, keep).replace(/\r\n?/g, '\n') });
        if (end < 0) {
          this.#rest = text.slice(keep);
          break;
        }
        this.#pasting = false;
        text = text.slice(end + PASTE_END.length);
        continue;
      }
      const used = this.#one(text, keys);
      if (used === 0) {
        this.#rest = text;
        break;
      }
      text = text.slice(used);
    }
    return keys;
  }

  /** Takes one key off; 0 where the sequence is not complete. */
  #one(text: string, keys: Key[]): number {
    if (text[0] === ESC) return this.#escape(text, keys);
    const code = text.charCodeAt(0);
    if (code < 0x20 || code === 0x7f) {
      keys.push({ kind: 'control', code });
      return 1;
    }
    const plain = /^[^\x00-\x1f\x7f]+/.exec(text)![0];
    keys.push({ kind: 'text', text: plain });
    return plain.length;
  }

  #escape(text: string, keys: Key[]): number {
    if (text.length === 1) return 0;
    const second = text[1]!;
    if (second !== '[' && second !== 'O') {
      keys.push({ kind: 'command', command: META[second] ?? 'unknown' });
      return second === ESC ? 1 : 2;
    }
    const sequence = /^\x1b(?:O([A-Z])|\[([0-9;]*)([@-~]))/.exec(text);
    if (sequence === null) {
      if (text.length < MAX_SEQUENCE && /^[0-9;]*$/.test(text.slice(2))) return 0;
      keys.push({ kind: 'command', command: 'unknown' });
      return 2;
    }
    const [whole, ss3, parameters = '', final = ss3!] = sequence;
    if (final === '~' && parameters === PASTE_START) this.#pasting = true;
    else keys.push({ kind: 'command', command: commandOf(parameters, final) });
    return whole.length;
  }
}

function commandOf(parameters: string, final: string): Command {
  const [first = '', modifier = ''] = parameters.split(';');
  if (final === '~') return TILDE[first] ?? 'unknown';
  const command = FINAL[final] ?? 'unknown';
  if (modifier === '') return command;
  if (command === 'left') return 'word-left';
  return command === 'right' ? 'word-right' : command;
}

/** Length of the longest beginning of `mark` that `text` ends with. */
function partOf(mark: string, text: string): number {
  for (let length = Math.min(mark.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(mark.slice(0, length))) return length;
  }
  return 0;
}

import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { charWidth } from './charWidth.ts';
import { Terminal } from './terminal.ts';
import { COOKED, ECHO, ICANON, ISIG } from './termios.ts';

/** A screen as xterm would show it: enough of one to check what the line editor draws. */
class Screen {
  readonly rows: string[][] = [[]];
  readonly #columns: number;
  #row = 0;
  #column = 0;
  /** The cursor stands behind the last column and wraps at the next character. */
  #wrapping = false;

  constructor(columns: number) {
    this.#columns = columns;
  }

  write(text: string): void {
    for (const part of text.match(/\x1b\[[0-9;?]*[A-Za-z]|[\s\S]/gu) ?? []) {
      if (part.startsWith('\x1b[')) this.#sequence(part);
      else this.#char(part);
    }
  }

  get text(): string {
    return this.rows
      .map((row) =>
        Array.from(row, (cell) => cell ?? ' ')
          .join('')
          .trimEnd(),
      )
      .join('\n')
      .trimEnd();
  }

  get cursor(): readonly [number, number] {
    return [this.#row, this.#column];
  }

  #char(char: string): void {
    if (char === '\r') this.#to(this.#row, 0);
    else if (char === '\n') this.#to(this.#row + 1, this.#column);
    else if (char === '\b') this.#to(this.#row, Math.max(0, this.#column - 1));
    else if (char !== '\x07') {
      const width = charWidth(char);
      if (this.#wrapping || this.#column + width > this.#columns) this.#to(this.#row + 1, 0);
      this.#line()[this.#column] = char;
      if (width === 2) this.#line()[this.#column + 1] = '';
      this.#column += width;
      if (this.#column >= this.#columns) {
        this.#column = this.#columns - 1;
        this.#wrapping = true;
      }
    }
  }

  #sequence(sequence: string): void {
    const count = Number(/\d+/.exec(sequence)?.[0] ?? 1);
    switch (sequence.at(-1)) {
      case 'A':
        this.#to(Math.max(0, this.#row - count), this.#column);
        break;
      case 'B':
        this.#to(this.#row + count, this.#column);
        break;
      case 'C':
        this.#to(this.#row, Math.min(this.#columns - 1, this.#column + count));
        break;
      case 'H':
        this.#to(0, 0);
        break;
      case 'J':
        if (sequence === '\x1b[2J') this.rows.splice(0, this.rows.length, []);
        else {
          this.rows.splice(this.#row + 1);
          this.#line().splice(this.#column);
        }
        break;
      default:
        throw new Error(`unexpected ${JSON.stringify(sequence)}`);
    }
  }

  #to(row: number, column: number): void {
    this.#row = row;
    this.#column = column;
    this.#wrapping = false;
    this.#line();
  }

  #line(): string[] {
    while (this.rows.length <= this.#row) this.rows.push([]);
    return this.rows[this.#row]!;
  }
}

class Bench {
  readonly screen: Screen;
  readonly terminal: Terminal;
  readonly signals: string[] = [];
  shown = '';

  constructor(columns = 20) {
    this.screen = new Screen(columns);
    this.terminal = new Terminal(
      { cols: columns, rows: 10 },
      {
        shown: (_fd, text) => {
          this.shown += text;
          this.screen.write(text);
        },
        readable: () => undefined,
        signal: (signal) => this.signals.push(signal),
        typed: () => undefined,
      },
    );
  }

  print(text: string): void {
    this.terminal.write(1, Buffer.from(text));
  }

  line(): string | null {
    const bytes = this.terminal.read(65536);
    return bytes === null ? null : Buffer.from(bytes).toString('utf8');
  }
}

describe('lines', () => {
  let b: Bench;
  beforeEach(() => {
    b = new Bench();
  });

  it.each([
    ['hello\r', 'hello\n'],
    ['hellp\x7fo\r', 'hello\n'],
    ['ello\x01h\r', 'hello\n'],
    ['hello\x1b[D\x1b[D\x1b[Dxx\x08\x08\r', 'hello\n'],
    ['rubbish hello\x1b[H\x1b[3~\x1b[3~\x1b[3~\x1b[3~\x1b[3~\x1b[3~\x1b[3~\x1b[3~\r', 'hello\n'],
    ['gone\x15hello\r', 'hello\n'],
    ['hello gone\x17\x08\r', 'hello\n'],
    ['hello\x1b[D\x1b[D\x0b\x19\r', 'hello\n'],
    ['one two\x1bb\x0b\x01\x19 \r', 'two one \n'],
    ['日本é\x7f\x7fx\r', '日x\n'],
    ['\x1b[200~a\tb\x1b[201~\r', 'a\tb\n'],
    ['a\x1b[1;5Db\x1b[Fc\r', 'bac\n'],
  ])('%j gives %j', (typed, line) => {
    b.terminal.input(typed);
    expect(b.line()).toBe(line);
    expect(b.line()).toBeNull();
  });

  it('are the same however the keys arrive', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            'a',
            'é',
            '日',
            '\x1b[D',
            '\x1b[C',
            '\x1b[H',
            '\x1bOF',
            '\x7f',
            '\x0b',
            '\x19',
            '\x1b[200~x\ny\x1b[201~',
            '\x1b[3~',
          ),
        ),
        fc.nat(5),
        (keys, step) => {
          const all = `${keys.join('')}\r`;
          const one = new Bench();
          one.terminal.input(all);
          const other = new Bench();
          for (let at = 0; at < all.length; at += step + 1)
            other.terminal.input(all.slice(at, at + step + 1));
          for (let line = one.line(); line !== null; line = one.line()) expect(other.line()).toBe(line);
          expect(other.line()).toBeNull();
          expect(other.screen.text).toBe(one.screen.text);
        },
      ),
    );
  });

  it('come back with the arrows', () => {
    b.terminal.input('first\rsecond\r');
    b.line();
    b.line();
    b.terminal.input('draft\x1b[A\x1b[A\x1b[B\r');
    expect(b.line()).toBe('second\n');
    b.terminal.input('draft\x1b[A\x1b[B!\r');
    expect(b.line()).toBe('draft!\n');
  });

  it('end with Ctrl-D: nothing typed is an end of file, a line is handed over as it is', () => {
    b.terminal.input('\x04');
    expect(b.line()).toBe('');
    b.terminal.input('abc\x04');
    expect(b.line()).toBe('abc');
    b.terminal.input('abc\x01\x04\r');
    expect(b.line()).toBe('bc\n');
  });

  it('are dropped by Ctrl-C, and what was typed ahead with them', () => {
    b.terminal.input('ahead\rhalf\x03');
    expect(b.signals).toEqual(['SIGINT']);
    expect(b.line()).toBeNull();
    expect(b.shown.endsWith('half^C')).toBe(true);
  });

  it('are given in pieces to who asks for less', () => {
    b.terminal.input('hello\r');
    expect(Buffer.from(b.terminal.read(2)!).toString()).toBe('he');
    expect(b.line()).toBe('llo\n');
  });

  it('are not shown, nor remembered, where echo is off', () => {
    b.print('password: ');
    b.terminal.setModes({ ...COOKED, lflag: COOKED.lflag & ~ECHO }, false);
    b.terminal.input('secret\x7f\x7ft\r');
    expect(b.shown).toBe('password: ');
    expect(b.line()).toBe('secrt\n');
    b.terminal.setModes(COOKED, false);
    b.terminal.input('\x1b[A\r');
    expect(b.line()).toBe('\n');
  });
});

describe('the screen', () => {
  it('shows prompt and line, whatever is typed, wide characters and wrapped lines too', () => {
    const keys = fc.array(
      fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom('a', 'b', ' ', 'é', '日', 'word', '\t') },
        {
          weight: 4,
          arbitrary: fc.constantFrom(
            '\x1b[D',
            '\x1b[C',
            '\x7f',
            '\x01',
            '\x05',
            '\x0b',
            '\x15',
            '\x17',
            '\x19',
            '\x1bb',
            '\x1bf',
            '\x1bd',
            '\x1b[3~',
            '\x0c',
          ),
        },
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(keys, fc.integer({ min: 8, max: 30 }), (typed, columns) => {
        const b = new Bench(columns);
        b.print('>>> ');
        for (const key of typed) b.terminal.input(key);
        const before = b.screen.text;
        const cursor = b.screen.cursor;
        const fresh = new Screen(columns);
        b.terminal.input('\x05');
        b.terminal.input('\r');
        const line = b.line()!.slice(0, -1).replaceAll('\t', '    ');
        // A wide character that does not fit on a row is the one thing that is drawn differently in one piece.
        fc.pre(![...line].some((char) => charWidth(char) === 2) || line.length + 4 < columns / 2);
        fresh.write(`>>> ${line}`);
        expect(before.replace(/ +$/gm, '')).toBe(fresh.text.replace(/ +$/gm, ''));
        expect(cursor[0]).toBeLessThanOrEqual(Math.floor((line.length * 2 + 4) / columns) + 1);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps a half-typed line below what the guest prints meanwhile', () => {
    const b = new Bench(40);
    b.print('>>> ');
    b.terminal.input('\r');
    b.print('working\n');
    b.terminal.input('half');
    b.print('more\n');
    expect(b.screen.text).toBe('>>>\nworking\nmore\nhalf');
    b.terminal.input(' done\r');
    b.line();
    expect(b.line()).toBe('half done\n');
  });

  it('is cleared by Ctrl-L but for prompt and line', () => {
    const b = new Bench(40);
    b.print('old\nold\n>>> ');
    b.terminal.input('line\x0c');
    expect(b.screen.text).toBe('>>> line');
    expect(b.screen.cursor).toEqual([0, 8]);
  });

  it('does not cut characters that come in two writes', () => {
    const b = new Bench(40);
    b.terminal.write(1, Buffer.from([0xe6, 0x97]));
    b.terminal.write(1, Buffer.from([0xa5, 0x0a]));
    expect(b.shown).toBe('日\r\n');
    b.terminal.write(2, Buffer.from([0xe6]));
    b.terminal.flush();
    expect(b.shown).toBe('日\r\n\udce6');
  });
});

describe('raw mode', () => {
  it('hands every key over at once', () => {
    const b = new Bench();
    b.terminal.setModes({ ...COOKED, lflag: COOKED.lflag & ~(ICANON | ECHO | ISIG), iflag: 0 }, false);
    b.terminal.input('a\x03\r\x1b[A');
    expect(b.line()).toBe('a\x03\r\x1b[A');
    expect([b.shown, b.signals]).toEqual(['', []]);
  });

  it('gets the half-typed line when it begins', () => {
    const b = new Bench();
    b.terminal.input('half');
    b.terminal.setModes({ ...COOKED, lflag: COOKED.lflag & ~ICANON }, false);
    expect(b.line()).toBe('half');
    b.terminal.input('x');
    b.terminal.setModes(COOKED, true);
    expect(b.line()).toBeNull();
  });
});

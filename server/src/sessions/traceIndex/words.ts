/**
 * Words of a trace by number, so that a column holds four bytes where a row holds a path: each word once, in the order of first use.
 *
 * Number 0 is “none”. A run may make more distinct paths than is good to keep; what comes after the bounds has the number
 * {@link UNTOLD}, and whoever needs it reads the row itself. NEVER treat UNTOLD as a word: two rows that have it may differ.
 */

/** Distinct words kept of one kind … */
const WORDS_KEPT = 200_000;
/** … and their characters together: 32 MB at worst, for a run that lists a hundred thousand long paths. */
const CHARS_KEPT = 16_000_000;

export const NONE = 0;
export const UNTOLD = 0xffff_ffff;

export class Words {
  readonly #numbers = new Map<string, number>();
  readonly #list: string[] = [''];
  #chars = 0;

  /** Numbers that were given out, 0 included. */
  get count(): number {
    return this.#list.length;
  }

  number(word: string | undefined): number {
    if (word === undefined) return NONE;
    const known = this.#numbers.get(word);
    if (known !== undefined) return known;
    if (this.#list.length > WORDS_KEPT || this.#chars + word.length > CHARS_KEPT) return UNTOLD;
    this.#chars += word.length;
    const number = this.#list.push(word) - 1;
    this.#numbers.set(word, number);
    return number;
  }

  word(number: number): string {
    return this.#list[number] ?? '';
  }

  /** For storing: {@link from} makes the same again. */
  list(): readonly string[] {
    return this.#list.slice(1);
  }

  static from(list: readonly string[]): Words {
    const words = new Words();
    for (const word of list) words.number(word);
    return words;
  }
}

/** A test of words, each judged once however many rows have it. */
export class WordTest {
  readonly #words: Words;
  readonly #test: (word: string) => boolean;
  #verdicts = new Uint8Array(256);
  #judged = 0;

  constructor(words: Words, test: (word: string) => boolean) {
    this.#words = words;
    this.#test = test;
  }

  /** 1 for the numbers of words that pass; index 0, no word, never does. Call again when words have come. */
  table(): Uint8Array {
    const { count } = this.#words;
    if (count > this.#verdicts.length) {
      const larger = new Uint8Array(Math.max(count, this.#verdicts.length * 2));
      larger.set(this.#verdicts);
      this.#verdicts = larger;
    }
    for (let at = Math.max(1, this.#judged); at < count; at++)
      this.#verdicts[at] = this.#test(this.#words.word(at)) ? 1 : 0;
    this.#judged = count;
    return this.#verdicts;
  }
}

/**
 * Makes text of a byte stream whose pieces may end inside a character: the unfinished bytes wait for the next piece.
 */
import { decodeText } from '@sandtable/shared/text';

export class Utf8Joiner {
  #rest: Uint8Array | null = null;

  /** The text of what came, but for an unfinished last character. */
  push(bytes: Uint8Array): string {
    let all = bytes;
    if (this.#rest !== null) {
      all = new Uint8Array(this.#rest.length + bytes.length);
      all.set(this.#rest);
      all.set(bytes, this.#rest.length);
      this.#rest = null;
    }
    const cut = unfinished(all);
    if (cut > 0) {
      this.#rest = new Uint8Array(all.subarray(all.length - cut));
      all = all.subarray(0, all.length - cut);
    }
    return decodeText(all);
  }

  /** What never came to an end. */
  flush(): string {
    const rest = this.#rest;
    this.#rest = null;
    return rest === null ? '' : decodeText(rest);
  }
}

/** How many bytes at the end begin a character that is longer than what is there. */
function unfinished(bytes: Uint8Array): number {
  const { length } = bytes;
  for (let back = 1; back <= Math.min(3, length); back++) {
    const byte = bytes[length - back]!;
    if (byte < 0x80) return 0;
    if (byte >= 0xc2) {
      const needed = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : byte < 0xf5 ? 4 : 0;
      return needed > back ? back : 0;
    }
  }
  return 0;
}

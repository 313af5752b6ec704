/** The answer to a listing of a folder. There may be many thousand names in one, so it is made in one piece of memory and never beyond its room. */
import { encodeText } from '@sandtable/shared/text';
import type { Encoder } from './encoder.ts';
import { writeInt64 } from './wireArgs.ts';

/** A listing the host has room for (`MAX_LISTING` there). */
const MAX_LISTING = 4 * 1024 * 1024;

/** To begin with: an ordinary folder fits. */
const FIRST_LISTING = 8 * 1024;

/** Records of a listing: number, type, name and NUL; in one piece of memory that grows. */
class Listing {
  #bytes = new Uint8Array(FIRST_LISTING);
  #view = new DataView(this.#bytes.buffer);
  length = 0;

  add(name: string, ino: number, type: number): void {
    const most = 9 + name.length * 3 + 1;
    if (this.length + most > this.#bytes.length) this.#grow(most);
    const bytes = this.#bytes;
    writeInt64(this.#view, this.length, ino);
    bytes[this.length + 8] = type;
    let at = this.length + 9;
    for (let k = 0; k < name.length; k++) {
      const code = name.charCodeAt(k);
      if (code >= 0x80) {
        const text = encodeText(name);
        bytes.set(text, this.length + 9);
        at = this.length + 9 + text.length;
        break;
      }
      bytes[at++] = code;
    }
    bytes[at] = 0;
    this.length = at + 1;
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  #grow(more: number): void {
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + more));
    larger.set(this.bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

export const names: Encoder = (reply, id, value, native, asked) => {
  const listing = new Listing();
  const room = Math.min(asked.room, MAX_LISTING);
  // What cannot be sent is not encoded: a listing into no room must not cost more than its answer.
  const add = (name: string, ino: number, type: number): boolean => {
    if (listing.length + name.length + 10 > room) return false;
    listing.add(name, ino, type);
    return true;
  };
  if (native?.kind === 'lines') {
    for (const line of native.lines) if (!add(line.name, line.ino, line.type)) return 'too-large';
  } else if (Array.isArray(value)) {
    for (const name of value) {
      if (typeof name !== 'string' || name === '' || /[/\0]/.test(name)) return 'nonsense';
      if (!add(name, 1, 0)) return 'too-large';
    }
  } else return 'nonsense';
  if (listing.length > room) return 'too-large';
  reply.start(id, listing.length, 0);
  reply.outBytes(listing.bytes);
  return null;
};

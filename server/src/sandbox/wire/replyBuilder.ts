/**
 * Builds reply frames in one growing buffer, so that an ordinary reply allocates nothing.
 *
 * `start`, then one `out…` for each out argument of the symbol in order, then `finish`. What `finish` gives is only good until
 * the next `start`.
 */
import { writeInt64 } from './wireArgs.ts';

/** id, ret, errno and flags, after the length field. */
const HEADER = 20;
const LENGTH_FIELD = 4;

/** Room to begin with: ordinary replies fit, and hundreds of guests may wait at their prompt. The buffer grows to the largest reply of the run, which MAX_FRAME bounds. */
const FIRST_ROOM = 4 * 1024;

/** The call was denied with RuntimeError. */
export const FLAG_RAISE = 1;
/** The host is to send the frames of the call's Python stack; see `stackText.ts`. */
const FLAG_FRAMES = 2;
/** The stat and contents of the file that was opened follow; see `loan.ts`. */
const FLAG_LOAN = 4;
/** What errno then says; Linux has no error of that number. */
export const RAISE_ERRNO = 4095;
/** What a function that gives the number of a process and cannot fail answers then; Linux has no process of that number. */
export const REFUSED_PID = 0x7fffffff;

export class ReplyBuilder {
  #bytes = new Uint8Array(FIRST_ROOM);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;
  /** What was finished last. */
  #whole = this.#bytes;

  /** Begins a reply. */
  start(id: number, ret: number, errno: number, flags = 0): void {
    const view = this.#view;
    view.setUint32(4, id, true);
    writeInt64(view, 8, ret);
    view.setInt32(16, errno, true);
    view.setUint32(20, flags, true);
    this.#at = LENGTH_FIELD + HEADER;
  }

  /** Changes the result of the reply begun. */
  setRet(ret: number): void {
    writeInt64(this.#view, 8, ret);
  }

  /** An out argument that is left as it is. */
  outNothing(): void {
    this.#room(4);
    this.#view.setUint32(this.#at, 0, true);
    this.#at += 4;
  }

  outBytes(bytes: Uint8Array): void {
    this.#room(4 + bytes.length);
    this.#view.setUint32(this.#at, bytes.length, true);
    this.#bytes.set(bytes, this.#at + 4);
    this.#at += 4 + bytes.length;
  }

  /** Room for a struct of zeros; `fill` writes its fields at `at` and on. */
  outStruct(size: number, fill: (view: DataView, at: number) => void): void {
    this.#room(4 + size);
    this.#view.setUint32(this.#at, size, true);
    const at = this.#at + 4;
    this.#bytes.fill(0, at, at + size);
    fill(this.#view, at);
    this.#at = at + size;
  }

  /** What goes along with an opening, after its start: a struct of `size` bytes, and bytes. */
  outLoan(size: number, fill: (view: DataView, at: number) => void, bytes: Uint8Array): void {
    this.#flag(FLAG_LOAN);
    this.outStruct(size, fill);
    this.#room(bytes.length);
    this.#view.setUint32(this.#at - size - 4, size + bytes.length, true);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** Asks for the frames of the call that is answered. */
  askForFrames(): void {
    this.#flag(FLAG_FRAMES);
  }

  #flag(flag: number): void {
    this.#view.setUint32(20, this.#view.getUint32(20, true) | flag, true);
  }

  finish(): Uint8Array {
    this.#view.setUint32(0, this.#at - LENGTH_FIELD, true);
    // A guest that asks the same again and again is answered in as many bytes, and making a view is no small part of an answer.
    if (this.#whole.length !== this.#at) this.#whole = this.#bytes.subarray(0, this.#at);
    return this.#whole;
  }

  #room(more: number): void {
    if (this.#at + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + more));
    larger.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = larger;
    this.#whole = larger;
    this.#view = new DataView(larger.buffer);
  }
}

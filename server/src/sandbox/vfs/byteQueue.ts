/** Bytes in transit in a pipe: first in, first out, at most `capacity`. */
export class ByteQueue {
  readonly capacity: number;
  #ring = new Uint8Array(0);
  #from = 0;
  #length = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get length(): number {
    return this.#length;
  }

  get room(): number {
    return this.capacity - this.#length;
  }

  /** Takes in at most what there is room for, and tells how much. */
  push(bytes: Uint8Array): number {
    const count = Math.min(bytes.length, this.room);
    if (count === 0) return 0;
    if (this.#length + count > this.#ring.length) this.#grow(this.#length + count);
    const to = (this.#from + this.#length) % this.#ring.length;
    const first = Math.min(count, this.#ring.length - to);
    this.#ring.set(bytes.subarray(0, first), to);
    this.#ring.set(bytes.subarray(first, count), 0);
    this.#length += count;
    return count;
  }

  /** Takes out at most so many bytes, as a copy. */
  shift(count: number): Uint8Array {
    const taken = new Uint8Array(Math.min(count, this.#length));
    const first = Math.min(taken.length, this.#ring.length - this.#from);
    taken.set(this.#ring.subarray(this.#from, this.#from + first));
    taken.set(this.#ring.subarray(0, taken.length - first), first);
    this.#length -= taken.length;
    this.#from = this.#length === 0 ? 0 : (this.#from + taken.length) % this.#ring.length;
    return taken;
  }

  /** Forgets everything, and gives the memory back: nobody will read it. */
  clear(): void {
    this.#ring = new Uint8Array(0);
    this.#from = 0;
    this.#length = 0;
  }

  /** The ring doubles up to the capacity, so that a pipe that carries single bytes stays small. */
  #grow(needed: number): void {
    let size = Math.max(256, this.#ring.length);
    while (size < needed) size *= 2;
    const ring = new Uint8Array(Math.min(size, this.capacity));
    const held = this.#length;
    const first = Math.min(held, this.#ring.length - this.#from);
    ring.set(this.#ring.subarray(this.#from, this.#from + first));
    ring.set(this.#ring.subarray(0, held - first), first);
    this.#ring = ring;
    this.#from = 0;
  }
}

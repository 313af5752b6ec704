/**
 * Reads a guest's pipe at once, without a round of the loop.
 *
 * A guest that asks one thing after the other has sent its next request a few microseconds after the answer, while we still write the row. A
 * round of the loop to learn of that costs as much as all else that is done for the call; a read costs a quarter. One that finds nothing throws,
 * which costs more than a read: so a few are tried, and only while most find something.
 *
 * NEVER look here at the end of the pipe, or at its errors: the socket that the pipe belongs to does.
 */
import { readSync } from 'node:fs';
import { PayingOff } from './payingOff.ts';

/** Some six microseconds: what a round of the loop would take. */
const TRIES = 3;

/** As a miss is followed by that round all the same. */
const HITS_WANTED = 0.6;

export class DirectReads {
  readonly #fd: number;
  readonly #buffer: Uint8Array;
  readonly #pays = new PayingOff(HITS_WANTED);

  /** `fd` does not block; what is read goes to the beginning of `buffer`. */
  constructor(fd: number, buffer: Uint8Array) {
    this.#fd = fd;
    this.#buffer = buffer;
  }

  /** Bytes read; 0 where there are none now. */
  read(): number {
    if (!this.#pays.worthATry()) return 0;
    const bytes = this.#try();
    this.#pays.tried(bytes > 0);
    return bytes;
  }

  #try(): number {
    // The trace of an exception that nobody sees is half of its price.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      for (let tries = 0; tries < TRIES; tries++) {
        try {
          return readSync(this.#fd, this.#buffer, 0, this.#buffer.length, null);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return 0;
        }
      }
      return 0;
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  }
}

/**
 * A call as the guest asked it, before anybody judged it: name and arguments as the call table has them, whatever C function
 * they came through.
 */
import type { CallName } from '@sandtable/shared/calls';
import type { CallArgs } from '@sandtable/shared/policy/model';
import { decodeText } from '@sandtable/shared/text';

/**
 * Bytes that are only made text if somebody looks: most calls are decided without anyone reading what is written.
 *
 * They lie in the receiving buffer until `own` is called, which must happen before the frame reader goes on.
 */
export class HeldBytes {
  #bytes: Uint8Array;
  #owned = false;
  #text: string | null = null;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** The bytes as text with surrogate escapes. */
  get text(): string {
    this.#text ??= decodeText(this.#bytes);
    return this.#text;
  }

  /** Copies the bytes out of the receiving buffer. */
  own(): void {
    // Not `slice`: that of a Buffer is a view.
    if (!this.#owned) this.#bytes = new Uint8Array(this.#bytes);
    this.#owned = true;
  }
}

export interface Asked {
  readonly call: CallName;
  readonly args: CallArgs;
  /** What `args.data` stands for; a request whose `args` are these very ones is performed with these bytes. */
  readonly held: HeldBytes | null;
  /** Bytes that the guest's buffer takes, where the call has one; the answer is never longer. */
  readonly room: number;
}

/**
 * Who has which AF_UNIX name. An abstract name is a text, and streams and datagrams have one each of the same text; a name in the file
 * system is the file that `bind` made, so that renaming and linking it take the socket along.
 */
import type { GuestSocket } from './guestSocket.ts';

/** The file that a name in the file system leads to. */
export type SocketFile = object;

/** Names that `bind` without a name may choose from, as Linux: five hexadecimal digits. */
const CHOICES = 0x100000;

export class UnixNames {
  readonly #abstract = new Map<string, GuestSocket>();
  readonly #files = new WeakMap<SocketFile, GuestSocket>();
  #last = 0;

  /** False where somebody has the name. */
  takeAbstract(name: string, socket: GuestSocket): boolean {
    const key = keyOf(name, socket);
    if (this.#abstract.has(key)) return false;
    this.#abstract.set(key, socket);
    return true;
  }

  /** Takes a name that is free. A guest has fewer descriptors than there are names. */
  takeAny(socket: GuestSocket): string {
    for (;;) {
      this.#last = (this.#last + 1) % CHOICES;
      const name = this.#last.toString(16).padStart(5, '0');
      if (this.takeAbstract(name, socket)) return name;
    }
  }

  releaseAbstract(name: string, socket: GuestSocket): void {
    this.#abstract.delete(keyOf(name, socket));
  }

  takeFile(file: SocketFile, socket: GuestSocket): void {
    this.#files.set(file, socket);
  }

  /** The file stays and leads to nobody. */
  releaseFile(file: SocketFile): void {
    this.#files.delete(file);
  }

  /** Whom one of the same type as `seeker` finds. */
  findAbstract(name: string, seeker: GuestSocket): GuestSocket | undefined {
    return this.#abstract.get(keyOf(name, seeker));
  }

  findFile(file: SocketFile): GuestSocket | undefined {
    return this.#files.get(file);
  }
}

function keyOf(name: string, { options }: GuestSocket): string {
  return `${options.kind.type} ${name}`;
}

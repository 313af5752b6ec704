/** Descriptor numbers of one process: which open description each means, and whether exec closes it. */
import type { Errno } from '@sandtable/shared/errno';
import type { Disposer, OpenDescription } from './description.ts';
import type { Ledger } from './limits.ts';
import { fail, ok, type Result } from './result.ts';

declare const virtual: unique symbol;

/** Number of an open description in a guest's table. Never a descriptor of this process. */
export type VirtualFd = number & { readonly [virtual]: true };

/** Takes a number that a guest sent; any number will do, the table answers EBADF. */
export function virtualFd(number: number): VirtualFd {
  return number as VirtualFd;
}

interface Slot {
  readonly description: OpenDescription;
  closeOnExec: boolean;
}

export class DescriptorTable {
  readonly #slots: (Slot | undefined)[] = [];
  readonly #references = new Map<OpenDescription, number>();
  readonly #ledger: Ledger;
  #lowest = 0;
  #open = 0;
  #pin: { readonly fd: VirtualFd; readonly description: OpenDescription | undefined } | null = null;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  get open(): number {
    return this.#open;
  }

  get(fd: VirtualFd): OpenDescription | undefined {
    if (this.#pin !== null && this.#pin.fd === fd) return this.#pin.description;
    return this.#slots[fd]?.description;
  }

  /** Does `work`, for which `fd` means `description` (or nothing) whatever stands at that number now. */
  pinned<T>(fd: VirtualFd, description: OpenDescription | undefined, work: () => T): T {
    const before = this.#pin;
    this.#pin = { fd, description };
    try {
      return work();
    } finally {
      this.#pin = before;
    }
  }

  /** Keeps a description open, as a call under way does, until disposed of; closing its descriptors does not end it. */
  hold(description: OpenDescription): Disposer {
    this.#references.set(description, (this.#references.get(description) ?? 0) + 1);
    let held = true;
    return () => {
      if (held) this.#unreference(description);
      held = false;
    };
  }

  /** Closes every descriptor, and what calls under way still hold. */
  closeAll(): void {
    for (const fd of this.#slots.keys()) this.close(fd as VirtualFd);
    const left = [...this.#references.keys()];
    this.#references.clear();
    for (const description of left) description.release();
  }

  /** Open descriptors in ascending order. */
  *entries(): IterableIterator<[VirtualFd, OpenDescription]> {
    for (const [fd, slot] of this.#slots.entries())
      if (slot !== undefined) yield [fd as VirtualFd, slot.description];
  }

  /** The lowest free number from `from` on, without taking it; EMFILE if there is none. */
  free(from = 0): Result<VirtualFd> {
    let fd = Math.max(from, this.#lowest);
    while (this.#slots[fd] !== undefined) fd++;
    if (from <= this.#lowest) this.#lowest = fd;
    if (fd >= this.#ledger.limits.descriptors)
      return fail(this.#ledger.hit('descriptors', `${this.#open} open`));
    return ok(fd as VirtualFd);
  }

  /** Puts a description at a number; what stood there is closed. */
  set(fd: VirtualFd, description: OpenDescription, closeOnExec: boolean): void {
    this.#references.set(description, (this.#references.get(description) ?? 0) + 1);
    const previous = this.#slots[fd];
    while (this.#slots.length < fd) this.#slots.push(undefined);
    this.#slots[fd] = { description, closeOnExec };
    if (previous === undefined) this.#open += 1;
    else this.#unreference(previous.description);
  }

  close(fd: VirtualFd): Errno | undefined {
    const slot = this.#slots[fd];
    if (slot === undefined || this.get(fd) !== slot.description) return 'EBADF';
    this.#slots[fd] = undefined;
    this.#open -= 1;
    if (fd < this.#lowest) this.#lowest = fd;
    this.#unreference(slot.description);
    return undefined;
  }

  closeOnExec(fd: VirtualFd): boolean | undefined {
    return this.#slots[fd]?.closeOnExec;
  }

  setCloseOnExec(fd: VirtualFd, closeOnExec: boolean): Errno | undefined {
    const slot = this.#slots[fd];
    if (slot === undefined) return 'EBADF';
    slot.closeOnExec = closeOnExec;
    return undefined;
  }

  /** Whether a number could ever be a descriptor here. */
  inRange(fd: number): boolean {
    return Number.isInteger(fd) && fd >= 0 && fd < this.#ledger.limits.descriptors;
  }

  #unreference(description: OpenDescription): void {
    const known = this.#references.get(description);
    if (known === undefined) return;
    if (known > 1) {
      this.#references.set(description, known - 1);
      return;
    }
    this.#references.delete(description);
    description.release();
  }
}

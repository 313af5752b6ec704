/**
 * Something that all sockets of one guest share: memory for bytes on their way, connections that wait to be accepted.
 *
 * Each direction of a connection, and each backlog, is bounded by itself; a budget bounds them together, so that a guest with many
 * descriptors does not get what that times their number would be. Where it is used up, sockets behave as if they were full themselves:
 * senders and connections wait, datagrams are lost.
 */
export class Budget {
  readonly limit: number;
  #used = 0;
  /** Who found nothing left, in the order of asking. */
  readonly #starved = new Set<() => void>();

  constructor(limit: number) {
    this.limit = limit;
  }

  get used(): number {
    return this.#used;
  }

  get room(): number {
    return this.limit - this.#used;
  }

  take(amount: number): void {
    this.#used += amount;
  }

  give(amount: number): void {
    this.#used -= amount;
    if (this.#starved.size === 0 || this.room <= 0) return;
    const starved = [...this.#starved];
    this.#starved.clear();
    for (const wake of starved) wake();
  }

  /** Calls `wake` once when there is room again; asking twice with one function is asking once. */
  onRoom(wake: () => void): void {
    this.#starved.add(wake);
  }

  forget(wake: () => void): void {
    this.#starved.delete(wake);
  }
}

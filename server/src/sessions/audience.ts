/**
 * Who watches a run, and how much terminal text they can take: the credit that makes a flooding guest wait.
 *
 * Each page tells how many characters it has really shown. The guest may be {@link HIGH_WATER} characters ahead of the slowest
 * page; beyond that its writes wait. A page that holds the others up and shows nothing for {@link STALL_MS} is set aside: it
 * gets no more batches and no longer counts, and as soon as it is heard of again it is given a snapshot. With nobody to wait
 * for the guest runs free, up to its own limit of output. Counts are totals since the run began, so no message lost or late can
 * make them drift.
 */

/**
 * Characters that may be on their way to a screen: at the 5 MB/s of a slow xterm this is 50 ms of output, so that after Ctrl-C
 * no more than that scrolls by; smaller would leave a fast page waiting on the network.
 */
export const HIGH_WATER = 256 * 1024;

/** A page in the background still shows something once a second; one that is silent this long has stopped. */
export const STALL_MS = 5_000;

interface Watcher {
  /** Characters shown, of the run's total. */
  shown: number;
  /** When it last made progress, or began to hold the others up; ms. */
  progress: number;
  aside: boolean;
}

export class Audience {
  readonly #pages = new Map<string, Watcher>();
  #total = 0;

  get pages(): readonly string[] {
    return [...this.#pages.keys()];
  }

  /** Pages that are to get nothing for now. */
  get aside(): readonly string[] {
    return [...this.#pages].filter(([, watcher]) => watcher.aside).map(([page]) => page);
  }

  /** A page that is up to date except for the last `behind` characters, which are on their way to it. */
  join(page: string, now: number, behind = 0): void {
    this.#pages.set(page, { shown: this.#total - behind, progress: now, aside: false });
  }

  leave(page: string): void {
    this.#pages.delete(page);
  }

  /** `chars` more were sent to everybody who is not aside. */
  sent(chars: number, now: number): void {
    for (const watcher of this.#pages.values()) {
      if (
        !watcher.aside &&
        this.#total - watcher.shown < HIGH_WATER &&
        this.#total + chars - watcher.shown >= HIGH_WATER
      )
        watcher.progress = now;
    }
    this.#total += chars;
  }

  /** @returns whether the page was aside: it is back now and needs a snapshot. */
  ack(page: string, chars: number, now: number): boolean {
    const watcher = this.#pages.get(page);
    if (watcher === undefined) return false;
    if (watcher.aside) return this.back(page, now);
    // A page can have shown no more than it was sent, whatever it says.
    watcher.shown = Math.min(this.#total, watcher.shown + chars);
    watcher.progress = now;
    return false;
  }

  /** Takes a page aside because it cannot take more now. @returns whether it was not already. */
  setAside(page: string): boolean {
    const watcher = this.#pages.get(page);
    if (watcher === undefined || watcher.aside) return false;
    watcher.aside = true;
    return true;
  }

  /** @returns whether it was aside; then it needs a snapshot. */
  back(page: string, now: number): boolean {
    const watcher = this.#pages.get(page);
    if (watcher?.aside !== true) return false;
    this.#pages.set(page, { shown: this.#total, progress: now, aside: false });
    return true;
  }

  /** Sets aside whoever holds the others up for too long. */
  sweep(now: number): void {
    for (const watcher of this.#pages.values()) {
      if (!watcher.aside && this.#total - watcher.shown >= HIGH_WATER && now - watcher.progress >= STALL_MS)
        watcher.aside = true;
    }
  }

  /** Total of characters that the guest may print; Infinity where there is nobody to wait for. */
  allowed(): number {
    let least = Infinity;
    for (const watcher of this.#pages.values()) if (!watcher.aside) least = Math.min(least, watcher.shown);
    return least + HIGH_WATER;
  }
}

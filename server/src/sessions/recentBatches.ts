/** The newest batches of a run, kept so that a page that lost its connection for a while goes on where it was. */
import type { Batch } from '@sandtable/shared/protocol';

/**
 * Weight kept, in characters of JSON or thereabouts. A page that missed more gets a snapshot, which is smaller than the batches and
 * shows the same; four times a snapshot's size is where that becomes true for certain.
 */
export const RESUME_WEIGHT = 2 * 1024 * 1024;

const EVENT_WEIGHT = 250;

export class RecentBatches {
  #batches: { readonly batch: Batch; readonly weight: number }[] = [];
  #weight = 0;

  add(batch: Batch): void {
    const weight = EVENT_WEIGHT * (batch.events.length + 1) + outputChars(batch);
    this.#batches.push({ batch, weight });
    this.#weight += weight;
    while (this.#weight > RESUME_WEIGHT) this.#weight -= this.#batches.shift()!.weight;
  }

  /** The batches after event `seq`, or null where some are gone or `seq` lies inside one. */
  after(seq: number): readonly Batch[] | null {
    const at = this.#batches.findIndex(({ batch }) => batch.from === seq + 1);
    if (at >= 0) return this.#batches.slice(at).map(({ batch }) => batch);
    return this.#batches.at(-1)?.batch.to === seq ? [] : null;
  }
}

/** Characters that the batch puts on the terminal. */
export function outputChars(batch: Batch): number {
  let chars = 0;
  for (const event of batch.events) if (event.type === 'out') chars += event.data.length;
  return chars;
}

/**
 * Moments of a run: its state and its world at intervals, from which any other point is a short way.
 *
 * Kept in a file, one JSON line each; in memory are only the places. When there are too many every other one is dropped and the
 * interval doubles, so a log of any length has at most {@link MOMENTS_KEPT}, spread evenly.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import type { SessionState } from '@sandtable/shared/session';
import type { SavedTrail } from '@sandtable/shared/worldTrail';

/** Events between moments at first: parsing and reducing half as many, the way on average, takes some 15 ms. */
export const MOMENT_EVENTS = 10_000;

/** A run of a million events has 100; each is 10 to 300 KB on disk. */
const MOMENTS_KEPT = 256;

export interface Moment {
  readonly state: SessionState;
  readonly trail: SavedTrail;
}

export interface MomentPlace {
  readonly seq: number;
  /** Calls up to there. */
  readonly calls: number;
  /** Byte of the log from which to read on. */
  readonly offset: number;
  /** Where its line lies in the file of moments. */
  readonly at: number;
  readonly length: number;
}

export class Moments {
  readonly #path: string;
  #places: MomentPlace[];
  #every: number;
  #end: number;
  #file: number | null = null;
  #fresh: boolean;

  /** `places`: those of a file that is there already. */
  constructor(path: string, places: readonly MomentPlace[] = [], every = MOMENT_EVENTS) {
    this.#path = path;
    this.#places = [...places];
    this.#every = every;
    this.#end = places.reduce((end, place) => Math.max(end, place.at + place.length), 0);
    this.#fresh = places.length === 0;
  }

  get places(): readonly MomentPlace[] {
    return this.#places;
  }

  /** Whether a moment after event `seq` is wanted. */
  isDue(seq: number): boolean {
    return seq - (this.#places.at(-1)?.seq ?? 0) >= this.#every;
  }

  add(moment: Moment, offset: number): void {
    const line = Buffer.from(JSON.stringify(moment));
    for (let at = 0; at < line.length;)
      at += writeSync(this.#open(), line, at, line.length - at, this.#end + at);
    this.#places.push({
      seq: moment.state.to,
      calls: moment.state.calls,
      offset,
      at: this.#end,
      length: line.length,
    });
    this.#end += line.length;
    if (this.#places.length <= MOMENTS_KEPT) return;
    this.#places = this.#places.filter((_, at) => at % 2 === 1);
    this.#every *= 2;
  }

  /** The last place that is not beyond the point. */
  before(isBeyond: (place: MomentPlace) => boolean): MomentPlace | null {
    let low = 0;
    let high = this.#places.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBeyond(this.#places[middle]!)) high = middle;
      else low = middle + 1;
    }
    return this.#places[low - 1] ?? null;
  }

  read(place: MomentPlace): Moment {
    const bytes = Buffer.allocUnsafe(place.length);
    readSync(this.#open(), bytes, 0, place.length, place.at);
    return JSON.parse(bytes.toString('utf8')) as Moment;
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }

  #open(): number {
    this.#file ??= openSync(this.#path, this.#fresh ? 'w+' : 'r', 0o600);
    this.#fresh = false;
    return this.#file;
  }
}

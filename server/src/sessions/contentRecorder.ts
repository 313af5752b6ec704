/**
 * Decides which contents of files a run's log keeps, so that one can look at a file as it was at any row.
 *
 * A row has only the first characters of what was written. So the log also gets the whole of a small file when the run begins and
 * after its writes have settled (with the batch that tells of them, never for each write): a guest that writes 100,000 times
 * a second costs what one that writes once does. Between two records the rows tell the small writes.
 *
 * Bounded in every direction: bytes a record, bytes a run, and how often one file is recorded. What found no room is in the
 * log as a size, and screens say so.
 */
import { CONTENT_BYTES, type ContentEvent } from '@sandtable/shared/events';
import { decodeText } from '@sandtable/shared/text';
import type { StartFile, WorldRead } from '../sandbox/index.ts';

/** Bytes of contents in one log: a sixtieth of what a trace may be by default. */
const CONTENTS_BYTES = 16 * 1024 * 1024;

/** Part of it that only the end of a run may use, so that the last state of the files is there whatever happened before. */
const KEPT_FOR_END = 2 * 1024 * 1024;

/** Files written and not yet recorded; more at once are a flood of files, of which the first ones are recorded. */
const MAX_DIRTY = 500;

/** Files whose records are remembered; of a run that writes more, the later ones are not recorded. */
const MAX_FILES = 5_000;

/** A file is recorded again after this much time at first … */
const FIRST_PAUSE_MS = 50;
/** … and after twice that each time that it was recorded so often: a file that grows all the time is recorded less and less. */
const RECORDS_PER_DOUBLING = 8;

export type Content = Omit<ContentEvent, 'seq' | 't'>;

type Read = (path: string, maxBytes: number) => WorldRead | null;

export class ContentRecorder {
  readonly #files: readonly StartFile[];
  readonly #read: Read;
  readonly #dirty = new Set<string>();
  /** How often each file was recorded, and until when (ms) it waits. */
  readonly #recorded = new Map<string, { times: number; until: number }>();
  #left = CONTENTS_BYTES;

  /** `read` looks into the world as it is now; null while there is none. */
  constructor(files: readonly StartFile[], read: Read) {
    this.#files = files;
    this.#read = read;
  }

  /** What the guest finds when it starts. */
  begin(): Content[] {
    return this.#files.map(({ path, data }) => this.#content(path, data, data.length, KEPT_FOR_END));
  }

  /** The file was written; it will be recorded by {@link due} or {@link rest}. */
  wrote(path: string): void {
    if (this.#recorded.size >= MAX_FILES && !this.#recorded.has(path)) return;
    if (this.#dirty.size < MAX_DIRTY) this.#dirty.add(path);
  }

  /** Records of files that have waited long enough. `now` in ms. */
  due(now: number): Content[] {
    if (this.#dirty.size === 0) return [];
    return this.#record(KEPT_FOR_END, (path) => (this.#recorded.get(path)?.until ?? 0) <= now, now);
  }

  /** Records of all that is left, at the end of the run. */
  rest(): Content[] {
    return this.#record(0, () => true, 0);
  }

  #record(kept: number, isDue: (path: string) => boolean, now: number): Content[] {
    const contents: Content[] = [];
    for (const path of this.#dirty) {
      if (!isDue(path)) continue;
      this.#dirty.delete(path);
      const read = this.#read(path, CONTENT_BYTES);
      if (read?.ok !== true) continue;
      contents.push(this.#content(path, read.data, read.size, kept));
      const times = (this.#recorded.get(path)?.times ?? 0) + 1;
      const pause = FIRST_PAUSE_MS * 2 ** Math.floor(times / RECORDS_PER_DOUBLING);
      this.#recorded.set(path, { times, until: now + pause });
    }
    return contents;
  }

  #content(path: string, data: Uint8Array, size: number, kept: number): Content {
    const bytes = data.subarray(0, CONTENT_BYTES);
    if (bytes.length > this.#left - kept) return { type: 'content', path, size };
    this.#left -= bytes.length;
    return {
      type: 'content',
      path,
      size,
      data: decodeText(bytes),
      ...(size > bytes.length ? { cut: true } : {}),
    };
  }
}

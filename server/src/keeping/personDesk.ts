/**
 * What a server that is at work does when somebody wants what is kept of them, or wants to be forgotten.
 *
 * One after the other: an export reads the database as of one moment, and while anybody reads it so, what was erased cannot be taken out of
 * SQLite's files. An export is written below the data folder first, because it is whole or it is none; it is gone from there before its
 * first byte is sent.
 */
import { createReadStream, mkdirSync, mkdtempSync, openSync, rmSync, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { join } from 'node:path';
import { openDatabase } from '../store/database.ts';
import type { PersonRow } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { erasePerson, type ErasedPerson, type Work } from './erasePerson.ts';
import { exportPerson } from './exportPerson.ts';

/** Each takes a second or more of the server's time; who comes after so many is asked to come again. */
const MAX_WAITING = 20;

const BUSY = {
  ok: false,
  code: 'busy',
  message: 'Many people ask for their data at this moment. Nothing was made; try again in a minute.',
} as const;

type Refused<Code extends string> = { readonly ok: false; readonly code: Code; readonly message: string };

export type TakenExport =
  | { readonly ok: true; readonly name: string; readonly bytes: number; readonly content: Readable }
  | Refused<'busy' | 'not-found' | 'failed'>;

export interface PersonDeskOptions {
  readonly store: Store;
  /** The data folder. */
  readonly data: string;
  /** The database, see store/database.ts. */
  readonly place: string;
}

export class PersonDesk {
  readonly #options: PersonDeskOptions;
  readonly #exports: string;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(options: PersonDeskOptions) {
    this.#options = options;
    this.#exports = join(options.data, 'exports');
    // Of a server that died while it wrote one.
    rmSync(this.#exports, { recursive: true, force: true });
  }

  /** A zip, named for its person; the log of acts says who took it. Whoever gets the content reads it to its end or destroys it. */
  async export(actor: string, person: string): Promise<TakenExport> {
    return (await this.#inTurn(() => this.#export(actor, person))) ?? BUSY;
  }

  /** @param stop see {@link erasePerson} */
  async erase(
    row: PersonRow,
    actor: string,
    stop: (work: Work) => Promise<void>,
  ): Promise<ErasedPerson | Refused<'busy'>> {
    const { store, data } = this.#options;
    return (await this.#inTurn(() => erasePerson(store.db, data, row, actor, stop))) ?? BUSY;
  }

  async #export(actor: string, person: string): Promise<TakenExport> {
    const { store, data, place } = this.#options;
    const row = await store.people.get(person);
    if (row === null) return { ok: false, code: 'not-found', message: 'There is no such person any more.' };
    const opened = await openDatabase(place);
    if (!opened.ok) return { ok: false, code: 'failed', message: opened.message };
    mkdirSync(this.#exports, { recursive: true, mode: 0o700 });
    const folder = mkdtempSync(join(this.#exports, 'of-'));
    try {
      const file = join(folder, 'person.zip');
      const made = await exportPerson(opened.db, data, row, file);
      if (!made.ok) return { ok: false, code: 'failed', message: made.message };
      await store.audit.add({ actor, act: 'person.export', object: person });
      const { size: bytes } = statSync(file);
      const content = createReadStream('', { fd: openSync(file, 'r') });
      return { ok: true, name: `sandtable ${row.name}.zip`, bytes, content };
    } finally {
      rmSync(folder, { recursive: true, force: true });
      await opened.db.destroy();
    }
  }

  /** Null where too many wait already. */
  async #inTurn<T>(act: () => Promise<T>): Promise<T | null> {
    if (this.#waiting >= MAX_WAITING) return null;
    this.#waiting += 1;
    const done = this.#last.then(act).finally(() => (this.#waiting -= 1));
    this.#last = done.catch(() => undefined);
    return done;
  }
}

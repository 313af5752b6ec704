/**
 * The labs that this server has, as packs that can be used: those that ship with it, read from their folder when it starts, and those that
 * were made in the browser. A version is immutable, so what was parsed once is kept.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabRow } from '../store/schema.ts';
import type { LabStore } from '../store/labStore.ts';
import { labInstance, type LabInstance } from './labInstance.ts';
import { packBytes, packOfBytes } from './packBytes.ts';
import { problemLine } from './packFiles.ts';
import { readPack, readPackFolder, type Pack } from './packReader.ts';

/** Parsed versions kept: every lab of a server with some older versions that works are still at. */
const PACKS_KEPT = 64;

/** Instances kept: a class at work on one lab, each with their own values. */
const INSTANCES_KEPT = 256;

export class LabShelf {
  readonly #labs: LabStore;
  /** By version; the one used longest ago first. */
  readonly #packs = new Map<string, Pack>();
  /** By version and seed. */
  readonly #instances = new Map<string, LabInstance>();
  /** Where those stand that ship; nobody else's lab comes before them at its level. */
  #places: ReadonlyMap<string, number> = new Map();

  constructor(labs: LabStore) {
    this.#labs = labs;
  }

  /** Takes in the labs of a folder. @returns what is wrong with those that cannot be: the others are there all the same. */
  async readShipped(folder: string): Promise<readonly string[]> {
    const names = (await readdir(folder, { withFileTypes: true }).catch(() => []))
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => name)
      .sort();
    const problems: string[] = [];
    const present = new Map<string, number>();
    for (const name of names) {
      const read = await readPackFolder(join(folder, name));
      if (!read.ok) {
        problems.push(...read.problems.slice(0, 3).map((each) => `labs/${name}/${problemLine(each)}`));
        continue;
      }
      const { pack } = read;
      const { id: lab, title } = pack.manifest;
      present.set(lab, present.size);
      this.#keep(pack);
      const row = await this.#labs.get(lab);
      if (row?.current === pack.version && row.title === title) continue;
      await this.#labs.offer({
        id: pack.version,
        lab,
        title,
        pack: packBytes(pack.files),
        source: 'shipped',
        madeBy: null,
      });
    }
    this.#places = present;
    // One that is not shipped any more; one that is only damaged now stays as it was.
    for (const row of await this.#labs.list())
      if (row.source === 'shipped' && row.current !== null && !present.has(row.id) && problems.length === 0)
        await this.#labs.withdraw(row.id);
    return problems;
  }

  /** The labs on offer with their packs: by level, what others need first, then those that ship in the order of their folders. */
  async offered(): Promise<readonly { readonly row: LabRow; readonly pack: Pack }[]> {
    const labs: { readonly row: LabRow; readonly pack: Pack }[] = [];
    for (const row of await this.#labs.list()) {
      const pack = row.current === null ? null : await this.pack(row.current);
      if (pack !== null) labs.push({ row, pack });
    }
    return labs.sort(
      (a, b) =>
        a.pack.manifest.level - b.pack.manifest.level ||
        depth(a.pack, labs) - depth(b.pack, labs) ||
        this.#placeOf(a.pack) - this.#placeOf(b.pack) ||
        (a.pack.manifest.title < b.pack.manifest.title ? -1 : 1),
    );
  }

  #placeOf({ manifest }: Pack): number {
    return this.#places.get(manifest.id) ?? this.#places.size;
  }

  /** A version, or null where there is none that this server can read. */
  async pack(version: string): Promise<Pack | null> {
    const known = this.#packs.get(version);
    if (known !== undefined) {
      this.#packs.delete(version);
      this.#packs.set(version, known);
      return known;
    }
    const row = await this.#labs.version(version);
    if (row === null) return null;
    const read = readPack(packOfBytes(row.pack));
    if (!read.ok) return null;
    this.#keep(read.pack);
    return read.pack;
  }

  /** A version with the values of one work. */
  async instance(version: string, seed: string): Promise<LabInstance | null> {
    const key = `${version} ${seed}`;
    const known = this.#instances.get(key);
    if (known !== undefined) return known;
    const pack = await this.pack(version);
    if (pack === null) return null;
    const made = labInstance(pack, seed);
    if (this.#instances.size >= INSTANCES_KEPT) this.#instances.delete(this.#instances.keys().next().value!);
    this.#instances.set(key, made);
    return made;
  }

  #keep(pack: Pack): void {
    if (this.#packs.size >= PACKS_KEPT) this.#packs.delete(this.#packs.keys().next().value!);
    this.#packs.set(pack.version, pack);
  }
}

/** How many labs in a row come before this one. */
function depth(pack: Pack, labs: readonly { readonly pack: Pack }[], seen = new Set<string>()): number {
  const { id, requires } = pack.manifest;
  if (seen.has(id)) return 0;
  seen.add(id);
  return Math.max(
    0,
    ...requires.map((each) => {
      const before = labs.find((lab) => lab.pack.manifest.id === each);
      return before === undefined ? 0 : 1 + depth(before.pack, labs, seen);
    }),
  );
}

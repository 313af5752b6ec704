/** Labs that are being written: packs on benches, made from others or from zips, judged in the background, published. */
import type {
  AuthorAnnouncements,
  AuthorProblem,
  AuthorState,
  AuthorSubmission,
} from '@sandtable/shared/authorReplies';
import { MAX_BENCH_FILES, MAX_FILE_BYTES } from '@sandtable/shared/protocol';
import { logFailure } from '../serverLog.ts';
import { encodingOf } from '../store/fileContent.ts';
import { newId, type Store } from '../store/store.ts';
import { checkLab, submissionNames, type SubmissionReport } from './labCheck.ts';
import { newLab, type LabBeginning } from './newLab.ts';
import { packBytes } from './packBytes.ts';
import { fileProblem, type PackFiles } from './packFiles.ts';
import { readPack, type Pack, type PackResult } from './packReader.ts';
import { packZip, readPackZip } from './packZip.ts';
import type { LabShelf } from './labShelf.ts';
import type { Works } from './works.ts';

/** Packs that are judged at once: each has guests by the dozen. */
const MAX_AT_ONCE = 2;

export type MadePack =
  | { readonly ok: true; readonly bench: string }
  | { readonly ok: false; readonly problems: readonly AuthorProblem[] };

export type Published =
  | { readonly ok: true; readonly lab: string; readonly version: string }
  | { readonly ok: false; readonly message: string };

export interface AuthorDeskOptions {
  readonly store: Store;
  readonly shelf: LabShelf;
  readonly works: Works;
  /** To every page that has the bench open. */
  readonly tell: (bench: string, value: AuthorAnnouncements['author.progress']) => void;
  /** How packs are judged, for tests. */
  readonly check?: typeof checkLab;
}

export class AuthorDesk {
  readonly #options: AuthorDeskOptions;
  /** By bench. */
  readonly #running = new Map<string, AbortController>();

  constructor(options: AuthorDeskOptions) {
    this.#options = options;
  }

  /** A small pack of the author's own; null where there is a lab of that id. */
  async begin(person: string, beginning: LabBeginning): Promise<MadePack | null> {
    if ((await this.#options.store.labs.get(beginning.id)) !== null) return null;
    return this.#make(person, beginning.title, newLab(beginning));
  }

  /** A pack of the author's own from a lab of the catalogue, under an id that is free; null where there is no such lab. */
  async clone(person: string, lab: string): Promise<MadePack | null> {
    const { store, shelf } = this.#options;
    const current = (await store.labs.get(lab))?.current ?? null;
    const pack = current === null ? null : await shelf.pack(current);
    if (pack === null) return null;
    const taken = new Set((await store.labs.list()).map(({ id }) => id));
    let id = `${lab}-copy`;
    for (let n = 2; taken.has(id); n++) id = `${lab}-copy-${String(n)}`;
    const files = new Map(pack.files);
    // In a catalogue nobody could tell two labs of one title apart.
    const title = `Copy of ${pack.manifest.title}`;
    const manifest = new TextDecoder()
      .decode(files.get('lab.yaml'))
      .replace(/^id:.*$/m, () => `id: ${id}`)
      .replace(/^title:.*$/m, () => `title: ${JSON.stringify(title)}`);
    files.set('lab.yaml', new TextEncoder().encode(manifest));
    return this.#make(person, title, files);
  }

  /** A pack from a zip. Its files are taken in whatever is wrong with the lab that they make: that is what the editor is for. */
  async takeZip(person: string, zip: Uint8Array): Promise<MadePack> {
    const read = await readPackZip(zip);
    if (!read.ok) return read;
    const { files } = read;
    if (!files.has('lab.yaml'))
      return {
        ok: false,
        problems: [fileProblem('lab.yaml', 'The zip has no such file at its top: it is no lab.')],
      };
    const pack = readPack(files);
    return this.#make(person, pack.ok ? pack.pack.manifest.title : 'A lab from a zip', files);
  }

  async zip(bench: string): Promise<Uint8Array> {
    return packZip(await this.#files(bench));
  }

  async state(bench: string): Promise<AuthorState> {
    const read = await this.#read(bench);
    if (!read.ok) return { problems: read.problems, lab: null };
    const { manifest, version } = read.pack;
    const row = await this.#options.store.labs.get(manifest.id);
    return {
      problems: [],
      lab: { id: manifest.id, title: manifest.title, published: row?.current === version },
    };
  }

  /** @returns the bench of a work of the pack as it is, or why there is none. */
  async preview(person: string, bench: string): Promise<{ readonly bench: string } | string> {
    const { store, works } = this.#options;
    const read = await this.#read(bench);
    if (!read.ok) return 'Mend what is wrong with the pack first.';
    const refusal = await this.#notTheirs(person, read.pack);
    if (refusal !== null) return refusal;
    await store.labs.keep(versionOf(read.pack, person));
    const opened = await works.open(person, { version: read.pack.version });
    return opened.ok ? { bench: opened.bench } : opened.message;
  }

  async publish(person: string, bench: string): Promise<Published> {
    const { store } = this.#options;
    const read = await this.#read(bench);
    if (!read.ok)
      return { ok: false, message: 'Mend what is wrong with the pack first. Nothing was published.' };
    const { pack } = read;
    const refusal = await this.#notTheirs(person, pack);
    if (refusal !== null) return { ok: false, message: `${refusal} Nothing was published.` };
    await store.labs.offer(versionOf(pack, person), person);
    return { ok: true, lab: pack.manifest.id, version: pack.version };
  }

  /** Judges all submissions of the pack in the background. @returns why it does not begin, or null. */
  async run(bench: string): Promise<string | null> {
    if (this.#running.has(bench)) return 'The checks of this pack are under way.';
    if (this.#running.size >= MAX_AT_ONCE)
      return 'The checks of other packs are under way, as many as this server takes on. Try again in a minute.';
    const abort = new AbortController();
    // Before anything is awaited: the next one who asks finds it here.
    this.#running.set(bench, abort);
    const read = await this.#read(bench).catch((error: unknown) => {
      this.#running.delete(bench);
      throw error;
    });
    if (!read.ok) {
      this.#running.delete(bench);
      return 'Mend what is wrong with the pack first.';
    }
    void this.#judge(bench, read.pack, abort.signal).finally(() => this.#running.delete(bench));
    return null;
  }

  cancel(bench: string): void {
    this.#running.get(bench)?.abort();
  }

  close(): void {
    for (const abort of this.#running.values()) abort.abort();
  }

  async #judge(bench: string, pack: Pack, signal: AbortSignal): Promise<void> {
    const { tell, check = checkLab } = this.#options;
    const of = submissionNames(pack).length;
    const submissions: AuthorSubmission[] = [];
    const say = (
      ended: AuthorAnnouncements['author.progress']['ended'],
      problems: readonly AuthorProblem[] = [],
    ): void => tell(bench, { bench, of, submissions: [...submissions], ended, problems });
    say(null);
    try {
      const report = await check(pack, {
        signal,
        progress: (each) => {
          if (signal.aborted) return;
          submissions.push(submissionView(each));
          say(null);
        },
      });
      say(signal.aborted ? 'cancelled' : 'done', report.problems);
    } catch (error) {
      logFailure('judging a pack failed', error);
      say('failed');
    }
  }

  async #make(person: string, name: string, files: PackFiles): Promise<MadePack> {
    const refuse = (file: string, message: string): MadePack => ({
      ok: false,
      problems: [fileProblem(file, message)],
    });
    if (files.size > MAX_BENCH_FILES)
      return refuse('', `A pack that is written here may have ${String(MAX_BENCH_FILES)} files at most.`);
    for (const [path, content] of files)
      if (content.length > MAX_FILE_BYTES)
        return refuse(path, 'A file of a pack that is written here may have one MiB at most.');
    const created = await this.#options.store.benches.create({
      id: newId(),
      name: `Lab: ${name}`.slice(0, 110),
      owner: person,
      kind: 'pack',
      files: [...files].map(([path, content]) => ({ path, encoding: encodingOf(content), content })),
    });
    return created.ok
      ? { ok: true, bench: created.bench.id }
      : refuse('', 'You have as many benches as one person may have. Remove one first.');
  }

  async #files(bench: string): Promise<PackFiles> {
    const files = await this.#options.store.files.contents(bench);
    return new Map(files.map(({ path, content }) => [path, new Uint8Array(content)]));
  }

  async #read(bench: string): Promise<PackResult> {
    return readPack(await this.#files(bench));
  }

  /** Why the id of the pack is not the author's to use, or null. */
  async #notTheirs(person: string, { manifest: { id } }: Pack): Promise<string | null> {
    const row = await this.#options.store.labs.get(id);
    if (row === null || (row.source === 'authored' && row.owner === person)) return null;
    return row.source === 'shipped'
      ? `${id} is a lab that ships with this server. Give yours another id in lab.yaml.`
      : `${id} is a lab of somebody else. Give yours another id in lab.yaml.`;
  }
}

function versionOf({ manifest, version, files }: Pack, person: string) {
  const { id: lab, title } = manifest;
  return { id: version, lab, title, pack: packBytes(files), source: 'authored' as const, madeBy: person };
}

function submissionView({ name, points, max, complaints }: SubmissionReport): AuthorSubmission {
  return { name, points, max, complaints };
}

/**
 * Lab packs as zips: what somebody brings along is read into memory, all of it or nothing.
 *
 * A zip is a stranger's: its list of contents is looked at whole before anything is unpacked, and what is unpacked is counted as it comes, because
 * the list may lie. NEVER is anything written to a disk by its name; names that could not be a pack's file, links, names that come twice, entries
 * that are encrypted, and more than a pack may have are errors that name the entry.
 */
import { packPathProblem } from '@sandtable/shared/labs/packPath';
import { zipSync } from 'fflate';
import { fromBuffer, type Entry, type ZipFile } from 'yauzl';
import {
  fileProblem,
  isLeftover,
  type PackFiles,
  type PackFilesResult,
  type PackProblem,
} from './packFiles.ts';

/** A zip as it comes: more than any pack has packed. */
export const MAX_ZIP_BYTES = 16 * 1024 * 1024;

/** Files and folders listed; a pack has at most five hundred files. */
const MAX_ENTRIES = 2_000;

/** Of one file, and of all of them unpacked. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;
const MAX_TOTAL_BYTES = 16 * 1024 * 1024;

/** Text packs to a tenth, repeated text to a fiftieth; what packs to less than this was made to fill a memory. */
const MAX_RATIO = 200;

/** Below this an entry harms nobody, whatever its ratio. */
const RATIO_FROM_BYTES = 64 * 1024;

const FILE_TYPE = 0o170000;
const REGULAR = 0o100000;
const FOLDER = 0o040000;

/** Takes the reading back and becomes the answer. */
class Refused extends Error {
  readonly problem: PackProblem;
  constructor(entry: string, message: string) {
    super(message);
    this.problem = fileProblem(entry, message);
  }
}

/** The files of a zip; where all lie in one folder, as when a folder was packed, those below it. */
export async function readPackZip(bytes: Uint8Array): Promise<PackFilesResult> {
  const refuse = (problem: PackProblem): PackFilesResult => ({ ok: false, problems: [problem] });
  if (bytes.length > MAX_ZIP_BYTES)
    return refuse(fileProblem('', `A zip may have ${String(MAX_ZIP_BYTES / 2 ** 20)} MiB at most.`));
  let zip: ZipFile | null = null;
  try {
    zip = await opened(bytes);
    const entries = await listed(zip);
    const files = new Map<string, Uint8Array>();
    let total = 0;
    for (const { entry, name } of entries) {
      const content = await unpacked(zip, entry, name, MAX_TOTAL_BYTES - total);
      total += content.length;
      files.set(name, content);
    }
    return { ok: true, files: withoutCommonFolder(files) };
  } catch (error) {
    if (error instanceof Refused) return refuse(error.problem);
    return refuse(fileProblem('', `This is no zip that can be read: ${(error as Error).message}.`));
  } finally {
    zip?.close();
  }
}

export function packZip(files: PackFiles): Uint8Array {
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  // The same pack gives the same bytes, whenever it is packed.
  return zipSync(Object.fromEntries(sorted), { level: 6, mtime: '2000-01-01T00:00:00Z' });
}

function opened(bytes: Uint8Array): Promise<ZipFile> {
  const options = { lazyEntries: true, autoClose: false, decodeStrings: false, validateEntrySizes: true };
  return new Promise((resolve, reject) => {
    fromBuffer(Buffer.from(bytes), options, (error, zip) => {
      if (error !== null) reject(error);
      else resolve(zip);
    });
  });
}

/** What is to be unpacked; throws {@link Refused} for what a pack cannot have. */
async function listed(zip: ZipFile): Promise<readonly { readonly entry: Entry; readonly name: string }[]> {
  if (zip.entryCount > MAX_ENTRIES)
    throw new Refused(
      '',
      `A zip may have ${String(MAX_ENTRIES)} entries at most; this one says it has ${String(zip.entryCount)}.`,
    );
  const entries: { entry: Entry; name: string }[] = [];
  const names = new Map<string, string>();
  let packed = 0;
  let total = 0;
  for await (const entry of entriesOf(zip)) {
    const name = nameOf(entry);
    const folder = name.endsWith('/');
    const problem = packPathProblem(folder ? name.slice(0, -1) : name);
    if (problem !== null) throw new Refused(name, `This is no name for a file of a pack: a path ${problem}.`);
    const type = (entry.externalFileAttributes >>> 16) & FILE_TYPE;
    if (type !== 0 && type !== REGULAR && type !== FOLDER)
      throw new Refused(name, 'Only files and folders belong into a pack, no links and nothing else.');
    if (folder) continue;
    if (type === FOLDER) throw new Refused(name, 'It says that it is a folder and has the name of a file.');
    if (name.split('/').some(isLeftover)) continue;
    const folded = name.normalize('NFC').toLowerCase();
    const same = names.get(folded);
    if (same !== undefined)
      throw new Refused(
        name,
        same === name ? 'This name comes twice.' : `This differs from ${same} only in how it is written.`,
      );
    names.set(folded, name);
    if ((entry.generalPurposeBitFlag & 1) !== 0) throw new Refused(name, 'It is encrypted.');
    if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8)
      throw new Refused(name, 'It is packed in a way that is not read here; pack it as an ordinary zip.');
    const { compressedSize, uncompressedSize } = entry;
    if (uncompressedSize > MAX_FILE_BYTES)
      throw new Refused(name, `A file of a pack may have ${String(MAX_FILE_BYTES / 2 ** 20)} MiB at most.`);
    if (uncompressedSize > RATIO_FROM_BYTES && uncompressedSize > compressedSize * MAX_RATIO)
      throw new Refused(name, `It unpacks to more than ${String(MAX_RATIO)} times its size.`);
    packed += compressedSize;
    total += uncompressedSize;
    if (total > MAX_TOTAL_BYTES)
      throw new Refused(
        name,
        `Up to here it unpacks to more than ${String(MAX_TOTAL_BYTES / 2 ** 20)} MiB, the most that a pack may have.`,
      );
    entries.push({ entry, name });
  }
  // Entries that share their bytes are many files of one: a bomb without any large one.
  if (packed > zip.fileSize) throw new Refused('', 'Its entries lie upon each other.');
  return entries;
}

async function* entriesOf(zip: ZipFile): AsyncGenerator<Entry> {
  for (;;) {
    const entry = await new Promise<Entry | null>((resolve, reject) => {
      const done = (act: () => void) => () => {
        zip.removeAllListeners();
        act();
      };
      zip.once('entry', (next: Entry) => done(() => resolve(next))());
      zip.once(
        'end',
        done(() => resolve(null)),
      );
      zip.once('error', (error: Error) => done(() => reject(error))());
      zip.readEntry();
    });
    if (entry === null) return;
    yield entry;
  }
}

/** UTF-8, whether the zip says so or not: other encodings are guesses. */
function nameOf(entry: Entry): string {
  const raw = entry.fileName as unknown as Buffer;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(raw);
  } catch {
    throw new Refused(
      raw.toString('latin1'),
      'Its name is not UTF-8. Pack it anew with a program that writes names as UTF-8.',
    );
  }
}

function unpacked(zip: ZipFile, entry: Entry, name: string, room: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (failure, stream) => {
      if (failure !== null) return reject(new Refused(name, `It cannot be unpacked: ${failure.message}.`));
      const chunks: Buffer[] = [];
      let size = 0;
      stream.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > MAX_FILE_BYTES || size > room)
          stream.destroy(new Refused(name, 'It unpacks to more than its list of contents says.'));
        else chunks.push(chunk);
      });
      stream.on('error', (error: Error) =>
        reject(
          error instanceof Refused ? error : new Refused(name, `It cannot be unpacked: ${error.message}.`),
        ),
      );
      stream.on('end', () => resolve(new Uint8Array(Buffer.concat(chunks))));
    });
  });
}

function withoutCommonFolder(files: ReadonlyMap<string, Uint8Array>): PackFiles {
  const tops = new Set([...files.keys()].map((name) => name.split('/', 1)[0]!));
  const [top] = tops;
  if (tops.size !== 1 || top === undefined || files.has(top) || !files.has(`${top}/lab.yaml`)) return files;
  return new Map([...files].map(([name, content]) => [name.slice(top.length + 1), content]));
}

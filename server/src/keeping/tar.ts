/**
 * Reads and writes tar archives (POSIX ustar), as far as backups need it: plain files with short names, nothing else. `tar tzf` lists what
 * is written here.
 *
 * The reader trusts nothing: whatever is no plain file, has a wrong checksum, or ends too early is an {@link ArchiveError}.
 */
export const BLOCK = 512;

/** An archive that is not as it should be. The message says what is wrong, without a full stop. */
export class ArchiveError extends Error {}

const NAME_BYTES = 100;
const PREFIX_BYTES = 155;

/** Largest size that eleven octal digits can say. */
const MAX_BYTES = 0o77777777777;

const OFFSET = {
  mode: 100,
  uid: 108,
  gid: 116,
  size: 124,
  time: 136,
  sum: 148,
  type: 156,
  magic: 257,
  prefix: 345,
};

/** The block in front of a file's bytes. `name` is ASCII with slashes. */
export function tarHeader(name: string, bytes: number, seconds: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const [prefix, rest] = splitName(name);
  if (bytes > MAX_BYTES) throw new ArchiveError(`${name} is too large for an archive`);
  block.write(rest, 0, 'latin1');
  block.write(prefix, OFFSET.prefix, 'latin1');
  block.write('0000600\0', OFFSET.mode, 'latin1');
  block.write('0000000\0', OFFSET.uid, 'latin1');
  block.write('0000000\0', OFFSET.gid, 'latin1');
  block.write(`${octal(bytes, 11)}\0`, OFFSET.size, 'latin1');
  block.write(`${octal(seconds, 11)}\0`, OFFSET.time, 'latin1');
  block.write('0', OFFSET.type, 'latin1');
  block.write('ustar\x0000', OFFSET.magic, 'latin1');
  block.write(`${octal(checksum(block), 6)}\0 `, OFFSET.sum, 'latin1');
  return block;
}

/** What fills the last block of a file. */
export function tarPadding(bytes: number): Buffer {
  return Buffer.alloc((BLOCK - (bytes % BLOCK)) % BLOCK);
}

/** What stands behind the last file. */
export const TAR_END = Buffer.alloc(2 * BLOCK);

function splitName(name: string): readonly [prefix: string, rest: string] {
  if (name.length <= NAME_BYTES) return ['', name];
  const slash = name.indexOf('/', name.length - NAME_BYTES - 1);
  if (slash <= 0 || slash > PREFIX_BYTES)
    throw new ArchiveError(`the name ${name} is too long for an archive`);
  return [name.slice(0, slash), name.slice(slash + 1)];
}

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');

/** The sum of the bytes, with spaces where the sum itself stands. */
function checksum(block: Buffer): number {
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= OFFSET.sum && i < OFFSET.type ? 32 : block[i]!;
  return sum;
}

export interface TarEntry {
  readonly name: string;
  readonly bytes: number;
  /** The content, once. What is not read of it is passed over. */
  readonly content: AsyncIterable<Buffer>;
}

/** The files of an archive, in their order. */
export async function* readTar(source: AsyncIterable<Buffer>): AsyncGenerator<TarEntry, undefined> {
  const input = new Input(source);
  for (;;) {
    const block = await input.block();
    if (block.every((byte) => byte === 0)) break;
    const { name, bytes } = parseHeader(block);
    const content = input.upTo(bytes);
    yield { name, bytes, content };
    for await (const _rest of content);
    await input.skip(tarPadding(bytes).length);
  }
  await input.onlyZeros();
  return undefined;
}

function parseHeader(block: Buffer): { readonly name: string; readonly bytes: number } {
  const field = (from: number, length: number): string => {
    const bytes = block.subarray(from, from + length);
    const end = bytes.indexOf(0);
    return bytes.subarray(0, end < 0 ? length : end).toString('latin1');
  };
  const number = (from: number, length: number): number => {
    const digits = field(from, length).trim();
    if (!/^[0-7]+$/.test(digits)) throw new ArchiveError('it is no tar archive, or it is damaged');
    return parseInt(digits, 8);
  };
  if (field(OFFSET.magic, 5) !== 'ustar' || number(OFFSET.sum, 8) !== checksum(block))
    throw new ArchiveError('it is no tar archive, or it is damaged');
  const prefix = field(OFFSET.prefix, PREFIX_BYTES);
  const name = `${prefix === '' ? '' : `${prefix}/`}${field(0, NAME_BYTES)}`;
  if (!['0', ''].includes(field(OFFSET.type, 1)))
    throw new ArchiveError(`${name} in it is a link or something else that is no plain file`);
  return { name, bytes: number(OFFSET.size, 12) };
}

/** Bytes as they come, in the portions in which they are wanted. */
class Input {
  readonly #source: AsyncIterator<Buffer, undefined>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>;
  }

  async block(): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for await (const piece of this.upTo(BLOCK)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  async *upTo(bytes: number): AsyncGenerator<Buffer> {
    for (let left = bytes; left > 0;) {
      if (this.#rest.length === 0) this.#rest = await this.#more('it ends too early');
      const piece = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  async skip(bytes: number): Promise<void> {
    for await (const _piece of this.upTo(bytes));
  }

  async onlyZeros(): Promise<void> {
    for (let piece: Buffer | null = this.#rest; piece !== null; piece = await this.#next())
      if (piece.some((byte) => byte !== 0)) throw new ArchiveError('something stands behind its end');
  }

  async #more(complaint: string): Promise<Buffer> {
    const next = await this.#next();
    if (next === null) throw new ArchiveError(complaint);
    return next;
  }

  async #next(): Promise<Buffer | null> {
    const next = await this.#source.next();
    return next.done === true ? null : next.value;
  }
}

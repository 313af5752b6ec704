/**
 * The file that a backup is: a gzipped tar with `manifest.json` in front, then what the manifest names, in its order.
 *
 * ```
 * manifest.json            format, time, steps of the database, and of each file that follows: name, bytes, SHA-256
 * tables/person.jsonl      the rows of a table, one JSON object a line; bytes are { "base64": "…" }
 * runs/ID/log.jsonl        what the data folder holds below runs/ and attempts/
 * ```
 *
 * The same file restores into either database. Reading checks everything before it gives anything on; NEVER is a name from an archive
 * used as a path that {@link entryName} has not let pass.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { z } from 'zod';
import { ArchiveError, readTar, TAR_END, tarHeader, tarPadding } from './tar.ts';

const FORMAT = 1;
const MANIFEST = 'manifest.json';

/** A hundred thousand files are some 15 MB of manifest; it is read into memory. */
const MAX_MANIFEST_BYTES = 64 * 1024 * 1024;

/** A name in an archive: of a table, or of a file of a run or an attempt. No part begins with a dot, so none leads out. */
const entryName = z
  .string()
  .max(250)
  .regex(/^(?:tables\/[a-z_]+\.jsonl|(?:runs|attempts)(?:\/[\w-][\w.-]*){2,8})$/);

const manifestSchema = z.strictObject({
  format: z.literal(FORMAT),
  madeAt: z.iso.datetime(),
  /** Steps that the database had taken. */
  steps: z.array(z.string().max(200)).min(1).max(1000),
  files: z.array(
    z.strictObject({
      name: entryName,
      bytes: z.int().min(0),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type ArchivedFile = Manifest['files'][number];

/** Whether a file of the data folder can be in an archive: what begins with a dot is somebody's half-written file. */
export function canBeArchived(name: string): boolean {
  return entryName.safeParse(name).success;
}

/** Bytes and hash of a file as it is now. */
export async function measure(path: string): Promise<Omit<ArchivedFile, 'name'>> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const piece of content(path, Infinity)) {
    hash.update(piece);
    size += piece.length;
  }
  return { bytes: size, sha256: hash.digest('hex') };
}

/** At most `bytes` bytes of a file: logs grow while they are read. */
function content(path: string, bytes: number): AsyncIterable<Buffer> {
  if (bytes === 0) return Readable.from([]);
  return createReadStream(path, { end: bytes - 1, highWaterMark: 256 * 1024 });
}

/**
 * Writes an archive to a new file that only its owner can read.
 *
 * @param pathOf where the content of a file of the manifest lies
 */
export async function writeArchive(
  file: string,
  manifest: Omit<Manifest, 'format'>,
  pathOf: (name: string) => string,
): Promise<void> {
  const seconds = Math.floor(Date.parse(manifest.madeAt) / 1000);
  async function* parts(): AsyncGenerator<Buffer> {
    const head = Buffer.from(JSON.stringify({ format: FORMAT, ...manifest } satisfies Manifest));
    yield tarHeader(MANIFEST, head.length, seconds);
    yield head;
    yield tarPadding(head.length);
    for (const { name, bytes } of manifest.files) {
      yield tarHeader(name, bytes, seconds);
      let written = 0;
      for await (const piece of content(pathOf(name), bytes)) {
        written += piece.length;
        yield piece;
      }
      if (written !== bytes) throw new ArchiveError(`${name} became shorter while it was read; try again`);
      yield tarPadding(bytes);
    }
    yield TAR_END;
  }
  const out = createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true });
  await once(out, 'open');
  await pipeline(parts, createGzip({ level: 6 }), out);
}

/**
 * Reads an archive from its beginning to its end and checks everything there is to check.
 *
 * @param begin is told the manifest before any file
 * @param take is given each file's content; what it does must not count before this function resolves
 * @throws {ArchiveError} where anything is not as it should be
 */
export async function readArchive(
  file: string,
  begin: (manifest: Manifest) => Promise<void>,
  take: ((file: ArchivedFile, content: AsyncIterable<Buffer>) => Promise<void>) | null,
): Promise<Manifest> {
  const source = createReadStream(file);
  const unpacked = createGunzip();
  // Failures of either come out of the other end.
  source.on('error', (error) => unpacked.destroy(error));
  source.pipe(unpacked);
  try {
    const entries = readTar(unpacked as AsyncIterable<Buffer>);
    const first = (await entries.next()).value ?? null;
    if (first === null || first.name !== MANIFEST || first.bytes > MAX_MANIFEST_BYTES)
      throw new ArchiveError('it is no backup: it does not begin with a manifest');
    const manifest = await readManifest(first.content);
    await begin(manifest);
    for (const expected of manifest.files) {
      const entry = (await entries.next()).value ?? null;
      if (entry === null || entry.name !== expected.name || entry.bytes !== expected.bytes)
        throw new ArchiveError(
          `it should have ${expected.name} with ${expected.bytes} bytes ${entry === null ? 'before its end' : `where it has ${entry.name} with ${entry.bytes}`}`,
        );
      const checked = hashed(entry.content, expected);
      if (take !== null) await take(expected, checked);
      for await (const _rest of checked);
    }
    const more = (await entries.next()).value ?? null;
    if (more !== null) throw new ArchiveError(`it has ${more.name}, of which its manifest does not know`);
    return manifest;
  } catch (error) {
    if (error instanceof ArchiveError || !isDamage(error)) throw error;
    throw new ArchiveError('it is damaged or no gzip file', { cause: error });
  } finally {
    source.destroy();
    unpacked.destroy();
  }
}

async function* hashed(
  content: AsyncIterable<Buffer>,
  { name, sha256 }: ArchivedFile,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  for await (const piece of content) {
    hash.update(piece);
    yield piece;
  }
  if (hash.digest('hex') !== sha256) throw new ArchiveError(`the content of ${name} is not what was saved`);
}

async function readManifest(content: AsyncIterable<Buffer>): Promise<Manifest> {
  const pieces: Buffer[] = [];
  for await (const piece of content) pieces.push(piece);
  let value: unknown;
  try {
    value = JSON.parse(Buffer.concat(pieces).toString());
  } catch {
    throw new ArchiveError('its manifest is no JSON');
  }
  if ((value as { format?: unknown } | null)?.format !== FORMAT)
    throw new ArchiveError(`its format is not ${FORMAT}, the one that this version reads`);
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ArchiveError(
      `its manifest is wrong at ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
    );
  }
  const names = parsed.data.files.map(({ name }) => name);
  if (new Set(names).size !== names.length) throw new ArchiveError('it names a file twice');
  return parsed.data;
}

/** What zlib says of bytes that are not its own. */
function isDamage(error: unknown): boolean {
  return String((error as { code?: unknown }).code).startsWith('Z_');
}

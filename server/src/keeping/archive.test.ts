/** Archives that were damaged, or made to do harm: they are refused in words, and nothing is written. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { STEPS } from '../store/migrate.ts';
import { readArchive, writeArchive } from './archive.ts';
import { restore } from './restore.ts';
import { BLOCK, TAR_END, tarHeader, tarPadding } from './tar.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandtable-archive-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface File {
  readonly name: string;
  readonly text: string;
  /** What the tar says; `name` and the text's by default. */
  readonly as?: string;
  readonly type?: string;
  /** What the manifest says. */
  readonly sha256?: string;
  readonly bytes?: number;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const GOOD: readonly File[] = [
  { name: 'tables/course.jsonl', text: '' },
  { name: 'runs/run-1/log.jsonl', text: '{"seq":1}\n' },
];

function tarOf(files: readonly { name: string; text: string; type?: string }[]): Buffer {
  return Buffer.concat([
    ...files.flatMap(({ name, text, type }) => {
      const header = tarHeader(name, Buffer.byteLength(text), 0);
      return [
        type === undefined ? header : retyped(header, type),
        Buffer.from(text),
        tarPadding(Buffer.byteLength(text)),
      ];
    }),
    TAR_END,
  ]);
}

/** The header with another type and the checksum that belongs to it. */
function retyped(header: Buffer, type: string): Buffer {
  header.write(type, 156, 'latin1');
  header.fill(32, 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

function archiveOf(files: readonly File[], manifest: object = {}, more: typeof files = []): Buffer {
  const listed = files.map(({ name, text, bytes, sha256: hash }) => ({
    name,
    bytes: bytes ?? Buffer.byteLength(text),
    sha256: hash ?? sha256(text),
  }));
  const head = { format: 1, madeAt: '2026-01-01T00:00:00.000Z', steps: STEPS, files: listed, ...manifest };
  return tarOf([
    { name: 'manifest.json', text: JSON.stringify(head) },
    ...[...files, ...more].map(({ name, as, text, type }) => ({
      name: as ?? name,
      text,
      ...(type === undefined ? {} : { type }),
    })),
  ]);
}

async function tryRestore(archive: Buffer): Promise<{ code: string; message: string }> {
  const file = join(folder, 'backup.tar.gz');
  writeFileSync(file, archive);
  const data = join(folder, 'data');
  const result = await restore(data, join(data, 'sandtable.sqlite'), file, { replace: true });
  if (result.ok) return { code: 'ok', message: '' };
  expect(readdirSync(folder)).toEqual(['backup.tar.gz']);
  return result;
}

const zip = (bytes: Buffer): Buffer => gzipSync(bytes, { level: 1 });
const withFile = (file: File): Buffer => zip(archiveOf([...GOOD, file]));
const HUGE = 0o77777777777;

test.each<[what: string, archive: () => Buffer, code: string, word: string]>([
  ['no archive at all', () => Buffer.from('hello'), 'damaged', 'no gzip'],
  ['an empty file', () => Buffer.alloc(0), 'damaged', ''],
  ['a gzip of something else', () => zip(Buffer.alloc(BLOCK, 'x')), 'damaged', 'no tar'],
  ['one that ends in the middle', () => zip(archiveOf(GOOD)).subarray(0, -30), 'damaged', ''],
  [
    'one that ends between its files',
    () => zip(archiveOf(GOOD).subarray(0, 3 * BLOCK)),
    'damaged',
    'ends too early',
  ],
  [
    'bytes behind its end',
    () => zip(Buffer.concat([archiveOf(GOOD), Buffer.from('more')])),
    'damaged',
    'behind its end',
  ],
  ['no manifest', () => zip(tarOf([{ name: 'runs/a/b', text: '' }])), 'damaged', 'manifest'],
  ['a manifest that is no JSON', () => zip(tarOf([{ name: 'manifest.json', text: '{' }])), 'damaged', 'JSON'],
  ['another format', () => zip(archiveOf(GOOD, { format: 2 })), 'damaged', 'format'],
  ['a field that is unknown', () => zip(archiveOf(GOOD, { run: 'rm -rf' })), 'damaged', 'manifest'],
  ['a newer database', () => zip(archiveOf(GOOD, { steps: [...STEPS, '9999-later'] })), 'newer', 'newer'],
  [
    'a table that is unknown',
    () => withFile({ name: 'tables/secrets.jsonl', text: '' }),
    'damaged',
    'secrets',
  ],
  ['a way out', () => withFile({ name: 'runs/../../evil', text: 'x' }), 'damaged', 'files.2.name'],
  ['an absolute path', () => withFile({ name: '/etc/cron.d/evil', text: 'x' }), 'damaged', 'files.2.name'],
  ['a place of its own', () => withFile({ name: 'sandtable.sqlite', text: 'x' }), 'damaged', 'files.2.name'],
  ['a hidden file', () => withFile({ name: 'runs/a/.profile', text: 'x' }), 'damaged', 'files.2.name'],
  [
    'a way out that the manifest does not say',
    () => withFile({ name: 'runs/a/b', as: '../../evil', text: 'x' }),
    'damaged',
    '../../evil',
  ],
  ['a symbolic link', () => withFile({ name: 'runs/a/link', text: '', type: '2' }), 'damaged', 'link'],
  ['a hard link', () => withFile({ name: 'runs/a/link', text: '', type: '1' }), 'damaged', 'link'],
  ['a device', () => withFile({ name: 'runs/a/null', text: '', type: '3' }), 'damaged', 'plain file'],
  ['a folder', () => withFile({ name: 'runs/a/b', text: '', type: '5' }), 'damaged', 'plain file'],
  [
    'another content',
    () => withFile({ name: 'runs/a/b', text: 'x', sha256: sha256('y') }),
    'damaged',
    'runs/a/b',
  ],
  ['another size', () => withFile({ name: 'runs/a/b', text: 'x', bytes: 7 }), 'damaged', 'runs/a/b'],
  [
    'a file more than it says',
    () => zip(archiveOf(GOOD, {}, [{ name: 'runs/a/b', text: 'x' }])),
    'damaged',
    'runs/a/b',
  ],
  ['a file twice', () => zip(archiveOf([...GOOD, GOOD[1]!])), 'damaged', 'twice'],
  [
    'more than the disk holds',
    () => withFile({ name: 'runs/a/b', text: 'x', bytes: 2 ** 50 }),
    'no-space',
    'free',
  ],
  [
    'a manifest without end',
    () => zip(Buffer.concat([tarHeader('manifest.json', HUGE, 0), Buffer.alloc(10_000_000)])),
    'damaged',
    'manifest',
  ],
])('%s', async (_what, archive, code, word) => {
  const result = await tryRestore(archive());
  expect(result.code).toBe(code);
  expect(result.message).toContain(word);
});

test('a bomb costs no memory and no disk', async () => {
  // 100 MB of zeros, of which the manifest says that they are one byte.
  const bomb = gzipSync(
    Buffer.concat([
      archiveOf([{ name: 'runs/a/b', text: 'x' }]).subarray(0, 2 * BLOCK),
      Buffer.alloc(100_000_000),
    ]),
    { level: 1 },
  );
  const before = process.memoryUsage().rss;
  expect((await tryRestore(bomb)).code).toBe('damaged');
  expect(process.memoryUsage().rss - before).toBeLessThan(80_000_000);
});

test('the good one is taken', async () => {
  expect((await tryRestore(zip(archiveOf(GOOD)))).code).toBe('ok');
  expect(readFileSync(join(folder, 'data', 'runs', 'run-1', 'log.jsonl'), 'utf8')).toBe('{"seq":1}\n');
});

test('whatever is changed in an archive, its files are those that were saved or it is refused', async () => {
  const plain = archiveOf(GOOD);
  const file = join(folder, 'changed');
  await fc.assert(
    fc.asyncProperty(
      fc.nat(plain.length - 1),
      fc.integer({ min: 1, max: 255 }),
      fc.boolean(),
      async (at, by, packed) => {
        const bytes = packed ? zip(plain) : Buffer.from(plain);
        bytes[at % bytes.length]! ^= by;
        writeFileSync(file, packed ? bytes : zip(bytes));
        const seen = new Map<string, string>();
        const read = readArchive(
          file,
          async () => undefined,
          async ({ name }, content) => {
            const pieces: Buffer[] = [];
            for await (const piece of content) pieces.push(piece);
            seen.set(name, Buffer.concat(pieces).toString());
          },
        );
        const failure = await read.then(
          () => null,
          (error: unknown) => (error as Error).constructor.name,
        );
        if (failure !== null) expect(failure).toBe('ArchiveError');
        else expect([...seen]).toEqual(GOOD.map(({ name, text }) => [name, text]));
      },
    ),
    { numRuns: 300 },
  );
});

test('files of any size and long names come back', async () => {
  const names = [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 300_000].map((bytes, i) => {
    const name = `runs/run-${i}/${'x'.repeat(i * 18 + 1)}/${'z'.repeat(i * 18 + 1)}`;
    return { name, text: 'y'.repeat(bytes), path: join(folder, `f${i}`) };
  });
  for (const { path, text } of names) writeFileSync(path, text);
  const file = join(folder, 'out.tar.gz');
  const files = names.map(({ name, text }) => ({ name, bytes: text.length, sha256: sha256(text) }));
  await writeArchive(
    file,
    { madeAt: '2026-01-01T00:00:00.000Z', steps: ['0001'], files },
    (name) => names.find((each) => each.name === name)!.path,
  );
  const seen: string[] = [];
  await readArchive(
    file,
    async () => undefined,
    async ({ name }, content) => {
      let text = '';
      for await (const piece of content) text += piece.toString();
      expect(text).toBe(names.find((each) => each.name === name)?.text);
      seen.push(name);
    },
  );
  expect(seen).toEqual(names.map(({ name }) => name));
  expect(gunzipSync(readFileSync(file)).length % BLOCK).toBe(0);
  expect(existsSync(`${file}.partial`)).toBe(false);
});

import { zipSync, type Zippable } from 'fflate';
import { describe, expect, test } from 'vitest';
import { packZip, readPackZip } from './packZip.ts';
import { smallLabFiles } from './testing/smallLab.ts';

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

async function problem(bytes: Uint8Array): Promise<string> {
  const read = await readPackZip(bytes);
  return read.ok
    ? `read: ${[...read.files.keys()].join(' ')}`
    : `${read.problems[0]!.file}: ${read.problems[0]!.message}`;
}

/** A zip whose names, in both places where they stand, are replaced by others of the same length. */
function renamed(files: Zippable, from: string, to: Buffer): Uint8Array {
  const zip = Buffer.from(zipSync(files));
  for (let at = zip.indexOf(from); at >= 0; at = zip.indexOf(from, at + 1)) to.copy(zip, at);
  return zip;
}

/** Sets a field of the entry in the list of contents. */
function patched(bytes: Uint8Array, name: string, offset: number, value: number, size: 2 | 4): Uint8Array {
  const zip = Buffer.from(bytes);
  let at = zip.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
  while (zip.subarray(at + 46, at + 46 + name.length).toString() !== name)
    at = zip.indexOf(Buffer.from([0x50, 0x4b, 1, 2]), at + 1);
  if (size === 2) zip.writeUInt16LE(value, at + offset);
  else zip.writeUInt32LE(value, at + offset);
  return zip;
}

test('a pack comes back as it was, also out of a folder, without what programs leave behind', async () => {
  const files = smallLabFiles();
  const back = await readPackZip(packZip(files));
  expect(back.ok && [...back.files].sort()).toEqual(
    [...files].map(([name, content]) => [name, content]).sort(),
  );
  expect(packZip(files)).toEqual(packZip(files));
  const folder = zipSync({
    'my-lab/lab.yaml': text('a'),
    'my-lab/README.md': text('b'),
    '__MACOSX/my-lab/._lab.yaml': text('c'),
    'my-lab/.DS_Store': text('d'),
  });
  expect(await problem(folder)).toBe('read: lab.yaml README.md');
});

describe('a hostile zip is an error that names the entry', () => {
  test.each([
    ['a way out', '../evil.txt'],
    ['a way out in the middle', 'a/../../e.txt'],
    ['an absolute name', '/etc/passwd'],
    ['a drive', 'C:/evil.txt'],
    ['a backslash', '..\\evil.txt'],
    ['a control character', 'a\nb.txt'],
    ['a turned text', 'a\u202Etxt.py'],
  ])('%s', async (_what, name) => {
    expect(await problem(zipSync({ 'lab.yaml': text('x'), [name]: text('x') }))).toMatch(
      /no name for a file of a pack/,
    );
    expect(await problem(zipSync({ [name]: text('x') }))).toContain(name);
  });

  test('a symbolic link, a device', async () => {
    const zip = zipSync({
      'lab.yaml': text('x'),
      'starter/link': [text('/etc/passwd'), { os: 3, attrs: (0o120777 << 16) >>> 0 }],
    });
    expect(await problem(zip)).toMatch(/^starter\/link: .*no links/);
    expect(await problem(zipSync({ dev: [text(''), { os: 3, attrs: (0o060666 << 16) >>> 0 }] }))).toMatch(
      /no links/,
    );
  });

  test('a name that comes twice, or once more in other letters', async () => {
    const twice = renamed({ 'a.txt': text('1'), 'b.txt': text('2') }, 'b.txt', Buffer.from('a.txt'));
    expect(await problem(twice)).toBe('a.txt: This name comes twice.');
    expect(await problem(zipSync({ 'a.txt': text('1'), 'A.txt': text('2') }))).toMatch(/^A\.txt: .*a\.txt/);
  });

  test('a bomb: by its ratio, by its size, by all together, by a list that lies', async () => {
    const zeros = (mib: number): Uint8Array => new Uint8Array(mib * 2 ** 20);
    const noise = (n: number): Uint8Array =>
      Uint8Array.from({ length: 2 ** 20 }, (_, i) => (i * i * 7 + i * n) >>> 5);
    expect(await problem(zipSync({ 'zeros.bin': zeros(1) }))).toMatch(/^zeros\.bin: .*times its size/);
    expect(await problem(zipSync({ 'large.bin': [zeros(5), { level: 0 }] }))).toMatch(/^large\.bin: .*4 MiB/);
    const many = Object.fromEntries(
      Array.from({ length: 5 }, (_, i) => [`f${String(i)}`, [zeros(3.5), { level: 0 }]] as const),
    );
    expect(await problem(zipSync(many as unknown as Zippable))).toMatch(/16 MiB/);
    const lies = patched(zipSync({ 'a.bin': [noise(3), { level: 9 }] }), 'a.bin', 24, 1000, 4);
    expect(await problem(lies)).toMatch(/^a\.bin: It cannot be unpacked/);
  });

  test('entries that share their bytes', async () => {
    const body = Uint8Array.from({ length: 40_000 }, (_, i) => (i * 2_654_435_761) >>> 13);
    const zip = Buffer.from(zipSync({ 'a.bin': [body, { level: 0 }], 'b.bin': text('') }));
    const shared = patched(
      patched(patched(zip, 'b.bin', 42, 0, 4), 'b.bin', 20, 40_000, 4),
      'b.bin',
      24,
      40_000,
      4,
    );
    expect(await problem(shared)).toBe(': Its entries lie upon each other.');
  });

  test('too many entries, encrypted ones, names in another encoding, an unknown way of packing', async () => {
    const many = Object.fromEntries(Array.from({ length: 2_001 }, (_, i) => [`f${String(i)}`, text('')]));
    expect(await problem(zipSync(many))).toMatch(/2000 entries/);
    const plain = zipSync({ 'lab.yaml': text('x') });
    expect(await problem(patched(plain, 'lab.yaml', 8, 1, 2))).toBe('lab.yaml: It is encrypted.');
    expect(await problem(patched(plain, 'lab.yaml', 10, 99, 2))).toMatch(/^lab\.yaml: .*packed in a way/);
    const latin = renamed(
      { 'gruesse.txt': text('x') },
      'gruesse.txt',
      Buffer.from('gr\xfc\xdfe1.txt', 'latin1'),
    );
    expect(await problem(latin)).toMatch(/not UTF-8/);
  });

  test('no zip at all, half a zip, one that is too large', async () => {
    expect(await problem(text('hello'))).toMatch(/no zip/);
    expect(await problem(packZip(smallLabFiles()).subarray(0, 500))).toMatch(/no zip/);
    expect(await problem(new Uint8Array(16 * 2 ** 20 + 1))).toMatch(/16 MiB/);
  });
});

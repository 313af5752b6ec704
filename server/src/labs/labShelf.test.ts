import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openStore } from '../store/store.ts';
import { LabShelf } from './labShelf.ts';
import { SMALL_LAB } from './testing/smallLab.ts';

const root = mkdtempSync(path.join(tmpdir(), 'sandtable-shelf-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** The small lab in a folder of its own, as another lab. */
function ship(folder: string, id: string, level: number, requires: readonly string[] = []): void {
  for (const [name, text] of Object.entries(SMALL_LAB)) {
    const place = path.join(root, 'labs', folder, name);
    mkdirSync(path.dirname(place), { recursive: true });
    const named = text
      .replace('id: small-lab\ntitle: A small lab', `id: ${id}\ntitle: ${id}\nrequires: [${requires.join()}]`)
      .replace('level: 1', `level: ${String(level)}`);
    writeFileSync(place, name === 'lab.yaml' ? named : text);
  }
}

test('labs are offered by level, what others need first, and then in the order of their folders', async () => {
  ship('01-zebra', 'zebra', 2);
  ship('02-apple', 'apple', 2);
  ship('03-mouse', 'mouse', 1);
  ship('04-bee', 'bee', 2, ['zebra']);
  ship('05-ant', 'ant', 2);
  const opened = await openStore(path.join(root, 'shelf.sqlite'));
  if (!opened.ok) throw new Error(opened.message);
  const shelf = new LabShelf(opened.store.labs);
  expect(await shelf.readShipped(path.join(root, 'labs'))).toEqual([]);
  expect((await shelf.offered()).map(({ row }) => row.id)).toEqual(['mouse', 'zebra', 'apple', 'ant', 'bee']);
  await opened.store.close();
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hashOf, isUpToDate, writeStamp } from './stamp.ts';

let folder: string;
const put = (name: string, text: string): void => {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), text);
};
const hash = (): string => hashOf(folder, ['src', 'config.json']);

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sandtable-stamp-'));
  put('src/a.ts', 'one');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('changes with the bytes, the names and the presence of the inputs, and with nothing else', () => {
  const first = hash();
  put('elsewhere/b.ts', 'two');
  put('src/node_modules/c.js', 'installed');
  expect(hash()).toBe(first);

  put('src/a.ts', 'two');
  const changed = hash();
  expect(changed).not.toBe(first);
  put('src/b.ts', '');
  const added = hash();
  expect(added).not.toBe(changed);
  put('config.json', '{}');
  expect(hash()).not.toBe(added);
});

it('does the work again when an output has gone, although the inputs are the same', () => {
  const output = path.join(folder, 'out', 'index.html');
  const stamped = { stampFile: path.join(folder, 'stamps', 'web'), wanted: hash(), outputs: [output] };
  expect(isUpToDate(stamped)).toBe(false);
  put('out/index.html', 'page');
  writeStamp(stamped);
  expect(isUpToDate(stamped)).toBe(true);
  rmSync(output);
  expect(isUpToDate(stamped)).toBe(false);
});

import { expect, it } from 'vitest';
import { FileContent } from './content.ts';
import { giveBackLarge } from './largeBytes.ts';

const MEBIBYTE = 1024 * 1024;

it('memory that was given back holds the next large read, holes and all', () => {
  const full = new FileContent();
  full.write(0, new Uint8Array(MEBIBYTE).fill(7));
  const first = full.read(0, MEBIBYTE) as Uint8Array;
  expect(first.every((byte) => byte === 7)).toBe(true);
  giveBackLarge(first);

  const sparse = new FileContent();
  sparse.write(MEBIBYTE - 2, Uint8Array.of(1, 2));
  const second = sparse.read(0, MEBIBYTE) as Uint8Array;
  expect(second.buffer).toBe(first.buffer);
  expect(second.length).toBe(MEBIBYTE);
  expect(second.subarray(0, MEBIBYTE - 2).every((byte) => byte === 0)).toBe(true);
  expect([...second.subarray(-2)]).toEqual([1, 2]);
});

it('what is not given back is never handed out twice, nor what was given back twice', () => {
  const content = new FileContent();
  content.write(0, new Uint8Array(MEBIBYTE).fill(3));
  const one = content.read(0, MEBIBYTE) as Uint8Array;
  giveBackLarge(one.subarray(0));
  expect((content.read(0, MEBIBYTE) as Uint8Array).buffer).not.toBe(one.buffer);
  giveBackLarge(one);
  giveBackLarge(one);
  const two = content.read(0, MEBIBYTE) as Uint8Array;
  expect(two.buffer).toBe(one.buffer);
  expect((content.read(0, MEBIBYTE) as Uint8Array).buffer).not.toBe(two.buffer);
});

it('what somebody made a file of stays theirs', () => {
  const content = new FileContent();
  content.write(0, new Uint8Array(MEBIBYTE).fill(5));
  const bytes = content.read(0, MEBIBYTE) as Uint8Array;
  const other = FileContent.of(bytes);
  giveBackLarge(other.read(0, MEBIBYTE) as Uint8Array);
  expect((content.read(0, MEBIBYTE) as Uint8Array).buffer).not.toBe(bytes.buffer);
});

import { expect, test } from 'vitest';
import { slugOf } from './slug.ts';

test.each([
  ['Write a file', 'write-a-file'],
  ['2. What `/` holds: a look', '2-what--holds-a-look'],
  ['It’s a trap!', 'its-a-trap'],
])('%s', (heading, slug) => {
  expect(slugOf(heading)).toBe(slug);
});

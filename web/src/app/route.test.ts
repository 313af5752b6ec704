import fc from 'fast-check';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import type * as Routes from './route.ts';

let linkTo: typeof Routes.linkTo;
let routeOf: typeof Routes.routeOf;

beforeAll(async () => {
  vi.stubGlobal('location', { hash: '' });
  vi.stubGlobal('window', { addEventListener: () => {} });
  ({ linkTo, routeOf } = await import('./route.ts'));
});

describe('addresses', () => {
  test.each(['', '#', '#/', '#/?from=mail'])('%j is the start page', (hash) => {
    expect(routeOf(hash)).toMatchObject({ page: 'start', rest: [], bench: null, row: null });
  });

  test('a bench, and a row of its run', () => {
    expect(routeOf('#/bench/abc')).toMatchObject({ page: 'bench', bench: 'abc', row: null });
    expect(routeOf('#/bench/abc/run/r-1/row/17')).toMatchObject({
      bench: 'abc',
      row: { run: 'r-1', n: 17 },
    });
    expect(routeOf('#/bench/abc/run/r-1/row/x').row).toBeNull();
  });

  test.each(['#/start', '#/no/such', '#/bench', '#/Bench/abc'])('%s names no page', (hash) => {
    expect(routeOf(hash).page).toBeNull();
  });

  test('what comes behind the question mark is the query', () => {
    expect(routeOf('#/bench/abc?next=%2Flabs&a=1')).toMatchObject({
      bench: 'abc',
      query: { next: '/labs', a: '1' },
    });
  });

  test('no address fails, and the address of any parts leads back to them', () => {
    fc.assert(fc.property(fc.string(), (text) => void routeOf(`#/${text}`)));
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1, unit: 'grapheme' })), (parts) => {
        fc.pre(parts.every((part) => part.isWellFormed()));
        expect(routeOf(linkTo('bench', 'b', ...parts)).rest).toEqual(['b', ...parts]);
      }),
    );
  });
});

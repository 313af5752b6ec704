/**
 * Where one is: the fragment, `#/PAGE/REST/…?NAME=VALUE`, so that any static server will do. `#/` is the start page. A bench has
 * `#/bench/<id>`, with `/run/<run>/row/<n>` at a row of a run.
 *
 * A new page is a name in {@link PAGES} and a component in `screens.tsx`.
 */
import { createStore } from 'zustand/vanilla';
import { preferences } from './preferences.ts';

/** Pages by the first part of their addresses; `start` has none. */
export const PAGES = [
  'start',
  'bench',
  'labs',
  'courses',
  'author',
  'sign-in',
  'join',
  'invitation',
  'account',
  'people',
] as const;
export type PageName = (typeof PAGES)[number];

export interface Route {
  /** Null: the address names no page. */
  readonly page: PageName | null;
  /** The parts behind the page's name, decoded. */
  readonly rest: readonly string[];
  readonly query: Readonly<Record<string, string>>;
  /** The bench that the page `bench` shows. */
  readonly bench: string | null;
  /** The row that a link leads to. */
  readonly row: { readonly run: string; readonly n: number } | null;
}

/** @param hash with its `#`, as in `location.hash` */
export function routeOf(hash: string): Route {
  const [path = '', asked = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [first, ...rest] = path
    .split('/')
    .filter((part) => part !== '')
    .map(decoded);
  const query = Object.fromEntries(new URLSearchParams(asked));
  const page = first === undefined ? 'start' : PAGES.find((name) => name === first && name !== 'start');
  const found = { page: page ?? null, rest, query };
  if (page !== 'bench') return { ...found, bench: null, row: null };
  const [bench, ...at] = rest;
  return { ...found, page: bench === undefined ? null : page, bench: bench ?? null, row: rowOf(at) };
}

function rowOf([a, run, b, n, ...more]: readonly string[]): Route['row'] {
  if (a !== 'run' || b !== 'row' || more.length > 0) return null;
  if (run === undefined || n === undefined || !/^[\w-]+$/.test(run) || !/^\d{1,15}$/.test(n)) return null;
  return { run, n: Number(n) };
}

/** An address that was typed wrong is no reason to fail. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const here = (): Route => routeOf(location.hash);

export const route = createStore<Route>(here);

window.addEventListener('hashchange', () => route.setState(here(), true));

/** The address of a page, for `href`: `linkTo('courses', id, 'people')`. */
export function linkTo(page: PageName, ...rest: readonly string[]): string {
  return `#/${(page === 'start' ? rest : [page, ...rest]).map(encodeURIComponent).join('/')}`;
}

export function goTo(page: PageName, ...rest: readonly string[]): void {
  location.hash = linkTo(page, ...rest);
}

export function goToBench(id: string): void {
  goTo('bench', id);
}

/** The address that opens the bench at a row of its run. */
export function rowLink(bench: string, run: string, n: number): string {
  return `${location.origin}${location.pathname}${linkTo('bench', bench, 'run', run, 'row', String(n))}`;
}

/** Another address for where one is already, without a step for the browser's way back. */
function replaceAddress(hash: string): void {
  history.replaceState(null, '', hash);
  route.setState(here(), true);
}

/** The link was followed, or led nowhere: reloading opens the bench as it is. */
export function leaveRow(): void {
  const { bench, row } = route.getState();
  if (bench !== null && row !== null) replaceAddress(linkTo('bench', bench));
}

export function goHome(): void {
  goTo('start');
}

/** A page opened without a place shows the bench that was open last, as a desktop program would. */
export function reopenLastBench(): void {
  const { lastBench } = preferences.getState();
  if (location.hash === '' && lastBench !== null) replaceAddress(linkTo('bench', lastBench));
}

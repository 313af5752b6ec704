/** Where one is: `#/bench/<id>`, with `/run/<run>/row/<n>` at a row of a run, or nothing for the list of benches. In the fragment, so that any static server will do. */
import { createStore } from 'zustand/vanilla';
import { preferences } from './preferences.ts';

export interface Route {
  readonly bench: string | null;
  /** The row that a link leads to. */
  readonly row: { readonly run: string; readonly n: number } | null;
}

function read(): Route {
  const match = /^#\/bench\/([^/?#]+)(?:\/run\/([\w-]+)\/row\/(\d{1,15}))?$/.exec(location.hash);
  if (match === null) return { bench: null, row: null };
  const [, bench, run, n] = match;
  return {
    bench: decodeURIComponent(bench!),
    row: run === undefined ? null : { run, n: Number(n) },
  };
}

export const route = createStore<Route>(read);

window.addEventListener('hashchange', () => route.setState(read()));

export function goToBench(id: string): void {
  location.hash = `#/bench/${encodeURIComponent(id)}`;
}

/** The address that opens the bench at a row of its run. */
export function rowLink(bench: string, run: string, n: number): string {
  return `${location.origin}${location.pathname}#/bench/${encodeURIComponent(bench)}/run/${run}/row/${n}`;
}

/** The link was followed, or led nowhere: reloading opens the bench as it is. */
export function leaveRow(): void {
  const { bench, row } = route.getState();
  if (bench === null || row === null) return;
  history.replaceState(null, '', `#/bench/${encodeURIComponent(bench)}`);
  route.setState(read());
}

export function goHome(): void {
  location.hash = '#/';
}

/** A page opened without a place shows the bench that was open last, as a desktop program would. */
export function reopenLastBench(): void {
  const { lastBench } = preferences.getState();
  if (location.hash !== '' || lastBench === null) return;
  history.replaceState(null, '', `#/bench/${encodeURIComponent(lastBench)}`);
  route.setState(read());
}

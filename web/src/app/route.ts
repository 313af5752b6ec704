/** Where one is: `#/bench/<id>`, or nothing for the list of benches. In the fragment, so that any static server will do. */
import { createStore } from 'zustand/vanilla';
import { preferences } from './preferences.ts';

export interface Route {
  readonly bench: string | null;
}

function read(): Route {
  const match = /^#\/bench\/([^/?#]+)$/.exec(location.hash);
  return { bench: match === null ? null : decodeURIComponent(match[1]!) };
}

export const route = createStore<Route>(read);

window.addEventListener('hashchange', () => route.setState(read()));

export function goToBench(id: string): void {
  location.hash = `#/bench/${encodeURIComponent(id)}`;
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

/** Listings of the guest's directories: fetched when one opens them, anew when the run changed something in them. */
import type { WorldEntry } from '@sandtable/shared/protocol';
import type { SessionState } from '@sandtable/shared/session';
import { createStore } from 'zustand/vanilla';
import type { Session } from '../../session/session.ts';
import { openBench } from '../../session/workState.ts';

/** A guest may touch files thousands of times a second; the tree follows at this pace. */
const REFRESH_MS = 400;

export interface Listings {
  readonly entries: ReadonlyMap<string, readonly WorldEntry[]>;
  readonly opened: ReadonlySet<string>;
}

const AT_FIRST: ReadonlySet<string> = new Set(['/tmp']);

export class WorldListings {
  readonly store = createStore<Listings>(() => ({ entries: new Map(), opened: AT_FIRST }));
  readonly #session: Session;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(session: Session) {
    this.#session = session;
    session.store.subscribe((state, before) => {
      if (state.bench !== before.bench && openBench(state) !== openBench(before)) {
        this.store.setState({ entries: new Map(), opened: AT_FIRST });
        this.#later();
      } else if (
        worldMoved(state.run, before.run) ||
        state.files !== before.files ||
        backOnline(state, before)
      )
        this.#later();
    });
    this.#later();
  }

  toggle(path: string, open?: boolean): void {
    const { opened } = this.store.getState();
    const next = new Set(opened);
    const wanted = open ?? !opened.has(path);
    if (wanted) next.add(path);
    else next.delete(path);
    this.store.setState({ opened: next });
    if (wanted) void this.#read(path);
  }

  refresh(): void {
    this.#later();
  }

  #later(): void {
    if (this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      for (const path of ['/', ...this.store.getState().opened]) void this.#read(path);
    }, REFRESH_MS);
  }

  async #read(path: string): Promise<void> {
    const bench = openBench(this.#session.state);
    if (bench === null) return;
    const answer = await this.#session.request('world.list', { bench, path });
    if (openBench(this.#session.state) !== bench) return;
    const entries = new Map(this.store.getState().entries);
    if (answer.ok) entries.set(path, answer.value);
    // A directory that is gone has no entries; anything else (no line) leaves what was known.
    else if (answer.error.code === 'not-found') entries.set(path, []);
    else return;
    this.store.setState({ entries });
  }
}

function worldMoved(now: SessionState | null, before: SessionState | null): boolean {
  return now?.run !== before?.run || now?.changed !== before?.changed || now?.phase !== before?.phase;
}

function backOnline(now: Session['state'], before: Session['state']): boolean {
  return now.connection === 'online' && before.connection !== 'online';
}

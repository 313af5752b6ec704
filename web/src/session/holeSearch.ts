/**
 * The search for a hole that this page asked for: whether one is under way, how far it is, how it ended.
 *
 * A search belongs to one bench and one line to the server. Whoever leaves the bench, or loses the line, has ended it; that is said, and
 * NEVER is a search shown as under way that the server does not know.
 */
import type { Diagnostic } from '@sandtable/shared/protocol';
import type { SearchEnd } from '@sandtable/shared/searchMessages';
import { createStore } from 'zustand/vanilla';
import type { Session } from './session.ts';
import { openBench } from './workState.ts';

export interface Ended {
  readonly end: SearchEnd;
  readonly says: string;
  readonly seed: number;
}

export type HoleSearchState =
  | { readonly phase: 'idle'; readonly problem: Problem | null }
  | { readonly phase: 'asking' }
  | {
      readonly phase: 'searching';
      readonly says: string;
      readonly seed: number;
      readonly attempts: number;
      /** How long it may take altogether. */
      readonly seconds: number;
      /** By `performance.now`. */
      readonly since: number;
      readonly cancelling: boolean;
    }
  | ({ readonly phase: 'ended' } & Ended);

/** Why no search began. */
export interface Problem {
  readonly message: string;
  readonly diagnostics: readonly Diagnostic[];
}

const IDLE: HoleSearchState = { phase: 'idle', problem: null };

const LINE_LOST: SearchEnd = {
  kind: 'failed',
  message: 'The connection to the server was lost, and the search ended with it. Search again.',
};

export class HoleSearch {
  readonly store = createStore<HoleSearchState>(() => IDLE);
  readonly #session: Session;
  readonly #told: (ended: Ended) => void;
  #bench: string | null = null;
  /** Came while the answer to the question was still on its way. */
  #early: SearchEnd | null = null;

  /** `ended` is told of each end that is not the person's own wish. */
  constructor(session: Session, ended: (ended: Ended) => void) {
    this.#session = session;
    this.#told = ended;
    session.on('search.progress', ({ bench, attempts }) => {
      const state = this.store.getState();
      if (bench === this.#bench && state.phase === 'searching') this.#set({ ...state, attempts });
    });
    session.on('search.ended', ({ bench, end }) => {
      if (bench !== this.#bench) return;
      if (this.store.getState().phase === 'asking') this.#early = end;
      else this.#end(end);
    });
    session.store.subscribe((now, before) => {
      if (openBench(now) !== openBench(before) && openBench(now) !== this.#bench) this.reset();
      if (now.connection !== 'online' && before.connection === 'online') this.#end(LINE_LOST);
    });
  }

  /** Saves what was typed and searches; `property` is YAML. */
  async start(property: string, seconds: number): Promise<void> {
    const bench = openBench(this.#session.state);
    const { phase } = this.store.getState();
    if (bench === null || phase === 'asking' || phase === 'searching') return;
    this.#bench = bench;
    this.#early = null;
    this.#set({ phase: 'asking' });
    await this.#session.files?.flush();
    const answer = await this.#session.request('search.start', { bench, property, seconds });
    if (openBench(this.#session.state) !== bench) return this.reset();
    if (!answer.ok) {
      const { message, diagnostics = [] } = answer.error;
      this.#set({ phase: 'idle', problem: { message, diagnostics } });
      return;
    }
    const { says, seed } = answer.value;
    const since = performance.now();
    this.#set({ phase: 'searching', says, seed, attempts: 0, seconds, since, cancelling: false });
    if (this.#early !== null) this.#end(this.#early);
  }

  /** Asks for the end; it comes as the end `cancelled`. */
  async cancel(): Promise<void> {
    const state = this.store.getState();
    if (state.phase !== 'searching' || this.#bench === null) return;
    this.#set({ ...state, cancelling: true });
    await this.#session.ask('The search was not cancelled', 'search.cancel', { bench: this.#bench });
  }

  /** Forgets how the last search ended. */
  reset(): void {
    this.#bench = null;
    this.#set(IDLE);
  }

  #end(end: SearchEnd): void {
    const state = this.store.getState();
    if (state.phase !== 'searching') return;
    const { says, seed } = state;
    this.#set({ phase: 'ended', end, says, seed });
    if (end.kind !== 'cancelled') this.#told({ end, says, seed });
  }

  #set(state: HoleSearchState): void {
    this.store.setState(state, true);
  }
}

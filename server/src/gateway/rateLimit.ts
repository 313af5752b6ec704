/** How often one page may ask. */
import type { RequestName } from '@sandtable/shared/protocol';

/** Tokens a second: a page that scrolls, types and acknowledges a flood uses some hundred. */
export const TOKENS_PER_SECOND = 400;

/** Tokens that can be saved up: reopening a page asks a burst of things at once. */
export const MOST_TOKENS = 800;

/** What weighs more than one token; acknowledgements of a flood come by the hundred and weigh next to nothing. */
const COST: Readonly<Partial<Record<RequestName, number>>> = {
  'run.ack': 0.1,
  'run.input': 0.5,
  'run.query': 4,
  'run.at': 4,
  'run.file': 4,
  'run.matches': 4,
  'run.statistics': 8,
  'run.timeline': 8,
  'bench.create': 20,
  'run.start': 20,
  'search.start': 40,
  'lab.check': 40,
  'lab.hand-in': 40,
  'lab.open': 20,
  'policy.check': 20,
};

export class RateLimit {
  #tokens = MOST_TOKENS;
  #at: number;

  constructor(now: number) {
    this.#at = now;
  }

  /** Whether the request may be looked at; `now` in milliseconds. */
  allows(request: RequestName, now: number): boolean {
    this.#tokens = Math.min(MOST_TOKENS, this.#tokens + ((now - this.#at) / 1000) * TOKENS_PER_SECOND);
    this.#at = now;
    const cost = COST[request] ?? 1;
    if (this.#tokens < cost) return false;
    this.#tokens -= cost;
    return true;
  }
}

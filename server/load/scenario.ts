/** What every scenario is given, what it gives back, and the numbers that all of them make of lists of milliseconds. */
import type { Figure } from '../bench/figures.ts';
import type { OwnServer } from './ownServer.ts';

export interface Scenario {
  readonly title: string;
  readonly measure: (server: OwnServer, sizes: Sizes) => Promise<readonly Figure[]>;
}

export interface Sizes {
  /** Pages with an idle prompt. */
  readonly idle: number;
  /** Clicks on Run, and the seconds that they are spread over. */
  readonly clicks: number;
  readonly clickSeconds: number;
  /** Guests that compute without end. */
  readonly busy: number;
  /** Key strokes and lines measured in one condition. */
  readonly strokes: number;
  readonly lines: number;
  /** Seconds that the victim's calls are counted in one condition. */
  readonly callSeconds: number;
  /** Hostile neighbours of one kind at a time, and milliseconds from their first sign of life until they count as at full strength. */
  readonly neighbours: number;
  readonly buildUpMs: number;
}

export const FULL: Sizes = {
  idle: 200,
  clicks: 200,
  clickSeconds: 10,
  busy: 20,
  strokes: 100,
  lines: 20,
  callSeconds: 4,
  neighbours: 4,
  buildUpMs: 500,
};

/** Just enough that every path is gone once; its figures mean nothing. */
export const QUICK: Sizes = {
  idle: 2,
  clicks: 3,
  clickSeconds: 0.2,
  busy: 2,
  strokes: 4,
  lines: 2,
  callSeconds: 0.2,
  neighbours: 1,
  buildUpMs: 50,
};

/** The value below which this share of the values lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

export function goalOf(what: string, value: number, most: number, unit: string): Figure {
  return {
    what,
    value: `${value.toFixed(0)} ${unit}`,
    goal: `≤ ${most} ${unit}`,
    met: value <= most,
  };
}

export function plain(what: string, value: string): Figure {
  return { what, value, goal: '' };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

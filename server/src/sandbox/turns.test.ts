import { describe, expect, it, onTestFinished } from 'vitest';
import { Turn } from './turns.ts';

/** A guest whose turns take as long as the test says; counts how often it was resumed. */
function guest(): { readonly turn: Turn; resumed: number; take(at: number, ms: number): boolean } {
  const made = {
    resumed: 0,
    turn: new Turn(() => {
      made.resumed += 1;
    }),
    take: (at: number, ms: number): boolean => {
      made.turn.begin(at);
      return made.turn.end(at + ms);
    },
  };
  onTestFinished(() => {
    made.turn.close();
  });
  return made;
}

interface Flood {
  readonly had: { turns: number; pieces: number };
  stop(): void;
}

/** Asks as soon as it may, `pause` milliseconds after an answer, for a tenth of a millisecond each. */
function flooding(pause: number): Flood {
  const had = { turns: 0, pieces: 0 };
  let over = false;
  const ask = (): void => {
    if (over) return;
    const began = performance.now();
    turn.begin(began);
    while (performance.now() - began < 0.1);
    had.turns += 1;
    if (!turn.end(performance.now())) had.pieces += 1;
    else if (pause === 0) setImmediate(ask);
    else setTimeout(ask, pause);
  };
  const turn = new Turn(ask);
  setImmediate(ask);
  const stop = (): void => {
    over = true;
    turn.close();
  };
  onTestFinished(stop);
  return { had, stop };
}

/** What each has had when together they had so many turns: by turns, since a busy machine takes time from all of them. */
async function until(floods: readonly Flood[], turns: number): Promise<Flood['had'][]> {
  while (floods.reduce((sum, { had }) => sum + had.turns, 0) < turns) await later(5);
  for (const flood of floods) flood.stop();
  return floods.map(({ had }) => had);
}

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('Turn', () => {
  it('lets a guest alone go on, whatever its turns take', () => {
    const alone = guest();
    const now = performance.now();
    for (let k = 0; k < 20; k++) expect(alone.take(now + 5 * k, 5)).toBe(true);
  });

  it('makes a guest of long turns wait for one that asks much and had less, and resumes it', async () => {
    const slow = guest();
    const quick = guest();
    const now = performance.now();
    for (let k = 0; k < 200; k++) expect(quick.take(now + 0.01 * k, 0.01)).toBe(true);
    expect(slow.take(now + 2.1, 3)).toBe(false);
    expect(slow.turn.waits).toBe(true);
    // The other asks nothing more, so there is nobody to wait for.
    await later(30);
    expect(slow.turn.waits).toBe(false);
    expect(slow.resumed).toBe(1);
  });

  it('never makes a guest wait that asks for little', () => {
    const flood = guest();
    const little = guest();
    let now = performance.now();
    for (let k = 0; k < 1_000; k++) {
      if (!flood.turn.waits) flood.take(now, 1);
      expect(little.take(now + 1, 0.02)).toBe(true);
      now += 1.1;
    }
  });

  it('gives guests that ask for all they can get the same time, in pieces', async () => {
    const floods = [flooding(0), flooding(0), flooding(0)];
    const had = await until(floods, 1_500);
    for (const { turns } of had) expect(turns).toBeGreaterThan(1_500 * 0.2);
    for (const { turns, pieces } of had) expect(turns / pieces).toBeGreaterThan(5);
  });

  it('lets nobody waste the time of others by asking now and then', async () => {
    const [flood] = await until([flooding(0), flooding(0.9), flooding(0.9)], 700);
    expect(flood!.turns).toBeGreaterThan(700 * 0.4);
  });

  it('saves nothing up for a guest that was away', () => {
    const back = guest();
    const steady = guest();
    let now = performance.now();
    for (const each of [back, steady]) each.take(now, 0.1);
    for (let k = 0; k < 5_000; k++) steady.take((now += 1), 0.04);
    // As much as the other has by now counts as had.
    for (let k = 0; k < 40; k++) {
      for (const each of [back, steady]) if (!each.turn.waits) each.take((now += 1), 1);
      if (back.turn.waits) break;
    }
    expect(back.turn.waits).toBe(true);
  });

  it('goes through those who have more to do in turns', async () => {
    const order: number[] = [];
    const turns = [0, 1, 2].map((k) => new Turn(() => order.push(k)));
    for (const turn of turns) turn.wait();
    await later(20);
    expect(order).toEqual([0, 1, 2]);
    for (const turn of turns) turn.close();
  });

  it('is not resumed after its end', async () => {
    const gone = guest();
    gone.turn.wait();
    gone.turn.close();
    await later(20);
    expect(gone.resumed).toBe(0);
  });
});

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

/** Asks as soon as it may, `pause` milliseconds after an answer, for a tenth of a millisecond each. */
function flooding(pause: number): { stop(): { readonly ms: number; readonly pieces: number } } {
  let ms = 0;
  let pieces = 0;
  let over = false;
  const ask = (): void => {
    if (over) return;
    const began = performance.now();
    turn.begin(began);
    while (performance.now() - began < 0.1);
    const now = performance.now();
    ms += now - began;
    if (!turn.end(now)) pieces += 1;
    else if (pause === 0) setImmediate(ask);
    else setTimeout(ask, pause);
  };
  const turn = new Turn(ask);
  setImmediate(ask);
  const stop = (): { readonly ms: number; readonly pieces: number } => {
    over = true;
    turn.close();
    return { ms, pieces };
  };
  onTestFinished(() => void stop());
  return { stop };
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
    await later(150);
    const had = floods.map((flood) => flood.stop());
    for (const { ms } of had) expect(ms).toBeGreaterThan(150 * 0.2);
    for (const { pieces } of had) expect(pieces).toBeLessThan(40);
  });

  it('lets nobody waste the time of others by asking now and then', async () => {
    const flood = flooding(0);
    const others = [flooding(0.9), flooding(0.9)];
    await later(150);
    expect(flood.stop().ms).toBeGreaterThan(150 * 0.2);
    for (const other of others) other.stop();
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

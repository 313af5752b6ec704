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

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('Turn', () => {
  it('lets a guest alone go on, whatever its turns take', () => {
    const alone = guest();
    const now = performance.now();
    for (let k = 0; k < 20; k++) expect(alone.take(now + 5 * k, 5)).toBe(true);
  });

  it('makes a guest of long turns wait for one that asks one thing after the other, and resumes it', async () => {
    const slow = guest();
    const quick = guest();
    const now = performance.now();
    for (let k = 0; k < 10; k++) expect(quick.take(now + 0.02 * k, 0.01)).toBe(true);
    expect(slow.take(now + 0.25, 3)).toBe(false);
    expect(slow.turn.waits).toBe(true);
    // The other asks nothing more, so there is nobody to wait for.
    await later(30);
    expect(slow.turn.waits).toBe(false);
    expect(slow.resumed).toBe(1);
  });

  it('never makes equals wait for each other', () => {
    const guests = [guest(), guest(), guest()];
    let now = performance.now();
    for (let k = 0; k < 2_000; k++) {
      expect(guests[k % 3]!.take(now, 0.01)).toBe(true);
      now += 0.01;
    }
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

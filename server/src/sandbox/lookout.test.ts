import { describe, expect, test } from 'vitest';
import { Lookout } from './lookout.ts';

/** Answers and asks `count` times, each request `after` milliseconds after the answer before. @returns how often it was looked out for. */
function exchange(lookout: Lookout, count: number, after: number): number {
  let looked = 0;
  for (let i = 0; i < count; i++) {
    const answered = performance.now();
    lookout.answered(answered);
    if (lookout.looks) looked += 1;
    lookout.came(answered + after);
  }
  return looked;
}

describe('a guest', () => {
  test('that asks at once is looked out for at every answer', () => {
    expect(exchange(new Lookout(true), 1000, 0.01)).toBe(1000);
  });

  test('that takes its time is looked out for ever less, and again when it asks at once', () => {
    const lookout = new Lookout(true);
    const slow = exchange(lookout, 20_000, 5);
    expect(slow).toBeGreaterThan(0);
    expect(slow).toBeLessThan(400);
    exchange(lookout, 20_000, 0.01);
    expect(exchange(lookout, 100, 0.01)).toBe(100);
  });

  test('on the only processor is never looked out for', () => {
    expect(exchange(new Lookout(false), 100, 0.01)).toBe(0);
  });
});

test('a thread that looked out for a guest that asks nothing more comes to rest', async () => {
  const rounds = async (): Promise<number> => {
    const before = performance.eventLoopUtilization();
    await new Promise((resolve) => setTimeout(resolve, 100));
    return performance.eventLoopUtilization(before).utilization;
  };
  const lookout = new Lookout(true);
  lookout.answered(performance.now());
  await rounds();
  expect(await rounds()).toBeLessThan(0.5);
});

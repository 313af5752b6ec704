import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { clampLimits } from '@sandtable/shared/limits';
import { LimitWatch } from './limitWatch.ts';

const SAMPLE_MS = 500;

describe('the clock of a run', () => {
  let reached: string[];
  let watch: LimitWatch;
  let cpu: number;
  beforeEach(() => {
    vi.useFakeTimers();
    reached = [];
    cpu = 0;
    watch = new LimitWatch(clampLimits({ wallSeconds: 2 }), (limit) => reached.push(limit));
  });
  afterEach(() => {
    watch.stop();
    vi.useRealTimers();
  });

  /** Some seconds pass, with samples; in each of them the guest computes this long. */
  function pass(
    seconds: number,
    { computes = 0, waitsOnly = true, each = (): void => undefined } = {},
  ): void {
    for (let k = 0; k < seconds * 2; k++) {
      vi.advanceTimersByTime(SAMPLE_MS);
      each();
      cpu += computes;
      watch.sampled(0, cpu, waitsOnly);
    }
  }

  it('ends a run that goes on', () => {
    vi.advanceTimersByTime(2100);
    expect(reached).toEqual(['wallSeconds']);
  });

  it('stands still while the guest only waits for the person, and goes on afterwards', () => {
    pass(1);
    watch.idle(true);
    pass(60);
    watch.idle(false);
    expect(watch.wallSeconds).toBeCloseTo(1, 1);
    pass(0.5);
    expect(reached).toEqual([]);
    vi.advanceTimersByTime(600);
    expect(reached).toEqual(['wallSeconds']);
  });

  it('stands still for the one who types fast, too', () => {
    for (let k = 0; k < 200; k++) {
      watch.idle(true);
      vi.advanceTimersByTime(90);
      watch.idle(false);
      watch.call(performance.now(), 100);
      watch.call(performance.now(), 100);
      if (k % 5 === 4) watch.sampled(0, 0, true);
    }
    expect(reached).toEqual([]);
  });

  it.each([
    ['another of its calls waits', { waitsOnly: false }],
    ['it computes', { computes: 0.5 }],
  ])('goes on while the guest waits for the person but %s', (_what, how) => {
    watch.idle(true);
    pass(3, how);
    expect(reached).toEqual(['wallSeconds']);
  });

  it('goes on while the guest waits for the person but makes other calls', () => {
    watch.idle(true);
    pass(3, {
      each: () => {
        watch.call(performance.now(), 100);
      },
    });
    expect(reached).toEqual(['wallSeconds']);
  });

  it('goes on for a guest that interrupts its own waiting to look idle', () => {
    for (let k = 0; k < 20; k++) {
      watch.idle(true);
      vi.advanceTimersByTime(400);
      watch.idle(false);
      watch.call(performance.now(), 100);
      cpu += 0.4;
      watch.sampled(0, cpu, true);
    }
    expect(reached).toEqual(['wallSeconds']);
  });
});

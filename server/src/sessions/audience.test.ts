import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Batch } from '@sandtable/shared/protocol';
import { Audience, HIGH_WATER, STALL_MS } from './audience.ts';
import { RecentBatches, RESUME_WEIGHT } from './recentBatches.ts';

describe('credit', () => {
  test('nobody there: no limit', () => {
    const audience = new Audience();
    expect(audience.allowed()).toBe(Infinity);
    audience.sent(10, 0);
    audience.join('a', 0);
    expect(audience.allowed()).toBe(10 + HIGH_WATER);
    audience.leave('a');
    expect(audience.allowed()).toBe(Infinity);
  });

  test('the slowest page counts', () => {
    const audience = new Audience();
    audience.join('fast', 0);
    audience.join('slow', 0);
    audience.sent(5000, 1);
    audience.ack('fast', 5000, 2);
    audience.ack('slow', 1000, 2);
    expect(audience.allowed()).toBe(1000 + HIGH_WATER);
  });

  test('a page that holds the others up is set aside, one that only reads slowly is not', () => {
    const audience = new Audience();
    audience.join('dead', 0);
    audience.join('slow', 0);
    audience.sent(HIGH_WATER, 1000);
    audience.ack('slow', 1, 1000 + STALL_MS - 1);
    audience.sweep(1000 + STALL_MS - 1);
    expect(audience.aside).toEqual([]);
    audience.sweep(1000 + STALL_MS);
    expect(audience.aside).toEqual(['dead']);
    expect(audience.allowed()).toBe(1 + HIGH_WATER);
    // It is heard of again: back, up to date by a snapshot.
    expect(audience.ack('dead', 1, 9000)).toBe(true);
    expect(audience.aside).toEqual([]);
    expect(audience.ack('dead', 1, 9001)).toBe(false);
    expect(audience.allowed()).toBe(1 + HIGH_WATER);
  });

  test('a page at a quiet prompt is never set aside', () => {
    const audience = new Audience();
    audience.join('quiet', 0);
    audience.sent(100, 0);
    audience.sweep(3_600_000);
    expect(audience.aside).toEqual([]);
  });

  test('whatever pages say, the guest is never more than the high water ahead of a page that counts', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('sent' as const), chars: fc.nat(100_000) }),
      fc.record({
        do: fc.constant('ack' as const),
        page: fc.constantFrom('a', 'b', 'c'),
        chars: fc.integer({ min: 1, max: 10_000_000 }),
      }),
      fc.record({
        do: fc.constantFrom('join' as const, 'leave' as const, 'aside' as const, 'back' as const),
        page: fc.constantFrom('a', 'b', 'c'),
      }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const audience = new Audience();
        let total = 0;
        for (const [now, each] of steps.entries()) {
          if (each.do === 'sent') {
            audience.sent(each.chars, now);
            total += each.chars;
          } else if (each.do === 'ack') audience.ack(each.page, each.chars, now);
          else if (each.do === 'join') audience.join(each.page, now);
          else if (each.do === 'leave') audience.leave(each.page);
          else if (each.do === 'aside') audience.setAside(each.page);
          else audience.back(each.page, now);
          const counting = audience.pages.length - audience.aside.length;
          if (counting === 0) expect(audience.allowed()).toBe(Infinity);
          else expect(audience.allowed()).toBeLessThanOrEqual(total + HIGH_WATER);
        }
      }),
    );
  });
});

describe('batches for pages that were away', () => {
  const batch = (from: number, to: number, chars = 0): Batch => ({
    run: 'r',
    from,
    to,
    events: chars === 0 ? [] : [{ seq: to, t: 0, type: 'out', fd: 1, data: 'x'.repeat(chars) }],
    summary: {
      calls: 0,
      byVerdict: { allow: 0, deny: 0, modify: 0, fake: 0 },
      byRule: {},
      byCall: {},
      perSecond: [],
    },
  });

  test('from any end of a batch on; from inside one, or from what is gone, not', () => {
    const recent = new RecentBatches();
    expect(recent.after(0)).toBeNull();
    for (const [from, to] of [
      [1, 5],
      [6, 6],
      [7, 20],
    ] as const)
      recent.add(batch(from, to));
    expect(recent.after(0)!.map(({ from }) => from)).toEqual([1, 6, 7]);
    expect(recent.after(6)!.map(({ from }) => from)).toEqual([7]);
    expect(recent.after(20)).toEqual([]);
    expect(recent.after(3)).toBeNull();
    expect(recent.after(21)).toBeNull();
  });

  test('bounded by weight, the newest stay', () => {
    const recent = new RecentBatches();
    const chars = RESUME_WEIGHT / 4;
    for (let seq = 1; seq <= 10; seq++) recent.add(batch(seq, seq, chars));
    expect(recent.after(0)).toBeNull();
    expect(recent.after(7)!.map(({ from }) => from)).toEqual([8, 9, 10]);
    recent.add(batch(11, 11, RESUME_WEIGHT * 2));
    expect(recent.after(10)).toBeNull();
    recent.add(batch(12, 12));
    expect(recent.after(11)).toHaveLength(1);
  });
});

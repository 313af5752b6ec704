import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Budget } from './budget.ts';
import { SegmentQueue } from './segmentQueue.ts';

const CAPACITY = 20_000;

it('gives out what was put in, in order, within its capacity and its budget, and gives all memory back', () => {
  const action = fc.oneof(
    fc.record({ push: fc.uint8Array({ maxLength: 9000 }) }),
    fc.record({ shift: fc.nat({ max: 9000 }) }),
    fc.record({ peek: fc.nat({ max: 9000 }) }),
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), fc.constantFrom(8192, 1_000_000), (actions, limit) => {
      const budget = new Budget(limit);
      const queue = new SegmentQueue(CAPACITY, budget);
      let model = Buffer.alloc(0);
      for (const step of actions) {
        if ('push' in step) {
          const { room } = queue;
          const taken = queue.push(step.push);
          expect(taken).toBe(Math.min(step.push.length, room));
          model = Buffer.concat([model, step.push.subarray(0, taken)]);
        } else if ('shift' in step) {
          expect(Buffer.from(queue.shift(step.shift)).equals(model.subarray(0, step.shift))).toBe(true);
          model = model.subarray(step.shift);
        } else expect(Buffer.from(queue.peek(step.peek)).equals(model.subarray(0, step.peek))).toBe(true);
        expect(queue.length).toBe(model.length);
        expect(queue.length).toBeLessThanOrEqual(CAPACITY);
        expect(budget.used).toBeGreaterThanOrEqual(queue.length);
        // One segment may reach beyond the limit.
        expect(budget.used).toBeLessThan(limit + 4096);
      }
      queue.clear();
      expect(budget.used).toBe(0);
    }),
  );
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StackFrame } from '@sandtable/shared/events';
import { RowQueue } from './rowQueue.ts';

const FRAME: StackFrame = { file: '/tmp/script.py', line: 3, function: 'f' };
const WITH_STACK = `,"stack":${JSON.stringify([FRAME])}}`;

/** A queue, and the rows that it let go. */
function queue() {
  const told: { readonly tail: string; readonly now: number }[] = [];
  const rows = new RowQueue((tail, _call, _verdict, _rule, now) => told.push({ tail, now }));
  return {
    rows,
    told,
    tails: () => told.map(({ tail }) => tail),
    add: (tail: string, { now = 0, thread = 1, id = 0 } = {}) =>
      rows.add(tail, 'll_os_open', 'deny', 2, now, thread, id),
  };
}

describe('rows on their way', () => {
  test('a row that waits for nothing goes on at once, with its own time', () => {
    const { add, told } = queue();
    add('{"n":1}', { now: 7 });
    expect(told).toEqual([{ tail: '{"n":1}', now: 7 }]);
  });

  test('a row that waits keeps those behind it, and goes with its stack', () => {
    const { add, rows, tails } = queue();
    add('{"n":1}', { id: 5 });
    add('{"n":2}', { thread: 2 });
    add('{"n":3}', { thread: 3, id: 6 });
    expect(tails()).toEqual([]);
    rows.stack(6, [FRAME]);
    expect(tails()).toEqual([]);
    rows.stack(5, [FRAME]);
    expect(tails()).toEqual([`{"n":1${WITH_STACK}`, '{"n":2}', `{"n":3${WITH_STACK}`]);
  });

  test('an empty stack frees the row, and one that nobody waits for is forgotten', () => {
    const { add, rows, tails } = queue();
    add('{"n":1}', { id: 5 });
    rows.stack(4, [FRAME]);
    rows.stack(0, [FRAME]);
    expect(tails()).toEqual([]);
    rows.stack(5, []);
    rows.stack(5, [FRAME]);
    expect(tails()).toEqual(['{"n":1}']);
  });

  test('a thread that asks something else owes nothing any more; others still do', () => {
    const { add, rows, tails } = queue();
    add('{"n":1}', { id: 5, thread: 1 });
    add('{"n":2}', { id: 6, thread: 2 });
    rows.asked(3);
    expect(tails()).toEqual([]);
    rows.asked(1);
    expect(tails()).toEqual(['{"n":1}']);
    rows.end();
    expect(tails()).toEqual(['{"n":1}', '{"n":2}']);
  });

  test('nobody waits for long, nor with many behind', () => {
    const { add, rows, tails } = queue();
    add('{"n":0}', { id: 1 });
    for (let tick = 0; tick < 10; tick++) rows.tick();
    expect(tails()).toEqual([]);
    rows.tick();
    expect(tails()).toEqual(['{"n":0}']);
    add('{"n":1}', { id: 2 });
    for (let n = 2; n <= 4096; n++) add(`{"n":${n}}`);
    expect(tails()).toHaveLength(1);
    add('{"n":4097}');
    expect(tails()).toHaveLength(4098);
  });

  test('whatever comes in whatever order, each row goes on once, in order, at the latest at the end', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('add' as const), id: fc.nat(9), thread: fc.nat(3) }),
      fc.record({ do: fc.constant('stack' as const), id: fc.nat(9) }),
      fc.record({ do: fc.constant('asked' as const), thread: fc.nat(3) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const { rows, add, tails } = queue();
        let added = 0;
        for (const [now, each] of steps.entries()) {
          if (each.do === 'add') add(`{"n":${added++}}`, { ...each, now });
          else if (each.do === 'stack') rows.stack(each.id, [FRAME]);
          else rows.asked(each.thread);
        }
        rows.end();
        expect(tails().map((tail) => (JSON.parse(tail) as { n: number }).n)).toEqual(
          Array.from({ length: added }, (_, n) => n),
        );
      }),
    );
  });
});

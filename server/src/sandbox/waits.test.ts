import { expect, test } from 'vitest';
import type { Outcome } from '@sandtable/shared/policy/model';
import { Waits } from './waits.ts';

const EINTR: Outcome = { ok: false, errno: 'EINTR' };
const TIMED_OUT: Outcome = { ok: true, value: 0 };

function sleep(waits: Waits, thread: number, timeout: number): Promise<Outcome> {
  return waits.wait({ thread, sources: [], look: () => null, timeout, onTimeout: () => TIMED_OUT });
}

test('a signal ends what the main thread waits for, and nothing of other threads', async () => {
  const waits = new Waits();
  waits.asked(1);
  const main = sleep(waits, 1, 10_000);
  const other = sleep(waits, 2, 20);
  waits.interrupt();
  expect(await main).toEqual(EINTR);
  expect(await other).toEqual(TIMED_OUT);
  waits.asked(1);
  expect(await sleep(waits, 1, 1)).toEqual(TIMED_OUT);
});

test('a wait that was on its way when the signal came does not sleep through it', async () => {
  const waits = new Waits();
  waits.interrupt();
  waits.asked(2);
  expect(await sleep(waits, 2, 1)).toEqual(TIMED_OUT);
  waits.asked(1);
  expect(await sleep(waits, 1, 10_000)).toEqual(EINTR);
  // Asked after the signal was seen: it waits.
  waits.asked(1);
  expect(await sleep(waits, 1, 1)).toEqual(TIMED_OUT);
});

test('what the main thread asks after a signal without waiting uses the mark up', async () => {
  const waits = new Waits();
  waits.interrupt();
  waits.asked(1);
  waits.asked(1);
  expect(await sleep(waits, 1, 1)).toEqual(TIMED_OUT);
});

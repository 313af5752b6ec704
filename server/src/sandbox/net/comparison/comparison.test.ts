/**
 * Virtual sockets against Linux's own loopback: random sequences of calls performed on both and compared errno for errno, value for
 * value, poll mask for poll mask.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realSockets } from './realSockets.ts';
import { mixed, streams, type Step } from './steps.ts';
import { VirtualSockets } from './virtualSockets.ts';

/** Sequences of each kind; for a longer look, at other ones each time, set NET_RUNS. */
const RUNS = Number(process.env['NET_RUNS'] ?? 60);

/** The same ones every time in `npm test`: what differs between versions of Linux in some far corner must not fail it now and then. */
const SEED = process.env['NET_RUNS'] === undefined ? { seed: 20_240 } : {};

/** Linux hands packets on in its own time where the machine is busy; what differs is asked again before it counts. */
const ATTEMPTS = 3;

let real: ReturnType<typeof realSockets>;

beforeAll(() => {
  real = realSockets();
});

afterAll(() => real.close());

async function compare(sequence: readonly Step[]): Promise<void> {
  const world = new VirtualSockets();
  const { steps, answers } = world.run(sequence);
  for (let attempt = 1; ; attempt++) {
    const expected = await real.run(steps);
    const differs = steps.findIndex((_, at) => JSON.stringify(expected[at]) !== JSON.stringify(answers[at]));
    if (differs < 0) break;
    if (attempt < ATTEMPTS) continue;
    const until = steps
      .slice(0, differs + 1)
      .map((step, at) => `${JSON.stringify(step)} → ${JSON.stringify(expected[at])}`);
    throw new Error(`${until.join('\n')}\nhere: ${JSON.stringify(answers[differs])}`);
  }
  world.closeAll();
  expect([world.net.bytes.used, world.net.pending.used]).toEqual([0, 0]);
}

describe.each([...Object.entries(streams), ...Object.entries(mixed)])(
  'compared with Linux: %s',
  (_name, sequences) => {
    it('answers random sequences of calls alike, and holds nothing at the end', async () => {
      await fc.assert(fc.asyncProperty(sequences, compare), {
        ...SEED,
        numRuns: RUNS,
        interruptAfterTimeLimit: 120_000,
      });
    }, 130_000);
  },
);

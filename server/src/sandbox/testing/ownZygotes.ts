/** Zygotes for the tests of one file, which go when it ends. */
import { afterAll, beforeAll } from 'vitest';
import { engineState, Zygotes } from '../index.ts';

/** To be called at the top of a file; what it gives is there once the first test begins. */
export function ownZygotes(): () => Zygotes {
  let zygotes: Zygotes | null = null;
  beforeAll(async () => {
    const engine = await engineState();
    if (!engine.ok) throw new Error('no guest can run here');
    zygotes = new Zygotes(engine.stdlib);
  });
  afterAll(() => {
    zygotes?.close();
  });
  return () => {
    if (zygotes === null) throw new Error('ownZygotes: asked before the first test');
    return zygotes;
  };
}

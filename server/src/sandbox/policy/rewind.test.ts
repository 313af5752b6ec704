/** A policy that is rewound has forgotten all that its functions ever saw, and goes on as if it had just been loaded. */
import type { CallRequest, Outcome } from '@sandtable/shared/policy/model';
import { describe, expect, it } from 'vitest';
import { loadPolicy } from './loadPolicy.ts';

const STAT: CallRequest = { call: 'll_os_stat', args: { path: 'x' }, path: '/tmp/x', access: 'read' };
const OUTCOME: Outcome = { ok: true, value: null };

/** Allows two calls and keeps a good deal of what it saw. */
const COUNTS = `import { deny, policy, sleep } from 'sandtable';
let calls = 0;
const seen: string[] = [];
export default policy({ otherwise: 'allow', middleware: {
  async ll_os_stat(call, next) {
    calls += 1;
    for (let k = 0; k < 2000; k++) seen.push(call.path.repeat(calls) + String(k));
    await sleep(1);
    return calls > 2 ? deny('EPERM') : next();
  },
} });`;

async function load(source: string) {
  const loaded = await loadPolicy(source, { replay: true, rewindable: true });
  if (!loaded.ok) throw new Error(loaded.diagnostics[0]?.message);
  loaded.engine.resolve = () => STAT;
  loaded.engine.beginGuest();
  return loaded;
}

describe('rewinding a policy', () => {
  it('gives the same verdicts again and again', async () => {
    const { engine, rewind } = await load(COUNTS);
    for (let round = 0; round < 20; round++) {
      const kinds: string[] = [];
      for (let call = 0; call < 4; call++)
        kinds.push((await engine.decide(STAT, () => OUTCOME)).verdict.kind);
      expect(kinds).toEqual(['allow', 'allow', 'deny', 'deny']);
      expect(rewind()).toBe(true);
    }
    engine.dispose();
    expect(rewind()).toBe(false);
  });

  it('is refused while a function is under way', async () => {
    const { engine, rewind } = await load(COUNTS);
    const decision = engine.decide(STAT, () => OUTCOME);
    expect(rewind()).toBe(false);
    await decision;
    expect(rewind()).toBe(true);
    engine.dispose();
  });

  it('costs a policy without functions nothing', async () => {
    const { engine, rewind } = await load("import { standard } from 'sandtable';\nexport default standard;");
    expect(rewind()).toBe(true);
    engine.dispose();
  });
});

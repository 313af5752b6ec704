/** Decisions a second of the policy engine alone, without a guest: rules only, and through functions in QuickJS. */
import type { CallRequest, Decision, PolicyEngine } from '@sandtable/shared/policy/model';
import { loadBuiltIn, loadPolicy } from '../src/sandbox/policy/loadPolicy.ts';
import type { Figure } from './figures.ts';

const ROUNDS = 5;
const ROUND_MS = 300;

const REQUESTS: readonly CallRequest[] = [
  { call: 'll_os_getcwd', args: {}, access: 'none' },
  { call: 'll_os_stat', args: { path: 'data/notes.txt' }, path: '/tmp/data/notes.txt', access: 'read' },
  {
    call: 'll_os_open',
    args: { path: 'out.txt', flags: 577, mode: 438 },
    path: '/tmp/out.txt',
    access: 'write',
  },
  { call: 'll_os_read', args: { fd: 3, size: 4096 }, path: '/tmp/data/notes.txt', access: 'read' },
];

const FUNCTIONS = `
import { policy, standard } from 'sandtable';
export default policy({
  ...standard,
  middleware: {
    ll_os_stat: (call, next) => next(),
    async ll_os_read(call, next) { const a = await next(); return a; },
    ll_os_getcwd: () => ({ ok: true, value: '/home' }),
  },
});`;

const done = { ok: true, value: 3 } as const;
const perform = (): typeof done => done;

/** Decisions a second, best of some rounds: the figure is about the engine, not about what else the machine does. */
function rate(engine: PolicyEngine, requests: readonly CallRequest[]): number {
  let best = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    let count = 0;
    while (performance.now() - began < ROUND_MS) {
      for (let k = 0; k < 50; k++) {
        const decision = engine.decide(requests[k % requests.length]!, perform) as Decision;
        if (decision.seen.ok) count += 1;
      }
    }
    best = Math.max(best, (count / (performance.now() - began)) * 1000);
  }
  return best;
}

async function load(source: string | null): Promise<PolicyEngine> {
  const loaded =
    source === null ? await loadBuiltIn('standard') : await loadPolicy(source, { budget: Infinity });
  if (!loaded.ok) throw new Error(`policy.ts: ${loaded.diagnostics[0]?.message ?? ''}`);
  loaded.engine.beginGuest();
  return loaded.engine;
}

export async function policyFigures(): Promise<Figure[]> {
  const rules = await load(null);
  const functions = await load(FUNCTIONS);
  const figure = (what: string, value: number, goal: number): Figure => ({
    what,
    value: `${Math.round(value).toLocaleString('en')}/s`,
    goal: goal === 0 ? '' : `≥ ${goal.toLocaleString('en')}/s`,
    ...(goal === 0 ? {} : { met: value >= goal }),
  });
  const [getcwd, stat, , read] = REQUESTS;
  const figures = [
    figure('rules only, four calls of the standard policy', rate(rules, REQUESTS), 1_000_000),
    figure('function that answers', rate(functions, [getcwd!]), 60_000),
    figure('function that passes on', rate(functions, [stat!]), 60_000),
    figure('function that waits for the answer', rate(functions, [read!]), 0),
  ];
  rules.dispose();
  functions.dispose();
  return figures;
}

/** From the description of a run to a guest under way: policy, limits, files. Runs in a worker thread. */
import { clampLimits } from '@sandtable/shared/limits';
import { auditEngine, auditWorld } from '@sandtable/shared/policy/audit';
import type { PolicyEngine } from '@sandtable/shared/policy/model';
import {
  compileSite,
  interpreterState,
  ServiceNetwork,
  siteCustomize,
  startRun,
  Zygotes,
  zygoteSpecOf,
  type RunSink,
  type Stdio,
} from '../sandbox/index.ts';
import { LAB_POLICY, loadBuiltIn, loadPolicy } from '../sandbox/policy/loadPolicy.ts';
import { filesUnder, limitsUnder, visibleFiles } from './labPart.ts';
import { policyComplaint } from './policyComplaint.ts';
import type { Launched } from './runHost.ts';
import type { RunSpec } from './workerMessages.ts';

/** A terminal of any size: what a start depends on is only that it is one. */
const TERMINAL: Stdio = { kind: 'tty', size: { cols: 80, rows: 24 } };

/** Whether the interpreter is to start from nothing for every run. */
const ALWAYS_COLD = process.env['SANDTABLE_START'] === 'cold';

/** Of this thread; null where guests cannot run or are classic ones. */
const zygotes = interpreterState().then((state) =>
  state.ok && state.kind === 'pypy' ? new Zygotes(state.stdlib) : null,
);

/** Makes ready what most runs start from, before anybody waits: the policy's program, the script and the prompt of the standard policy. */
export async function warmUp(): Promise<void> {
  const loaded = await loadBuiltIn('standard');
  const ready = await zygotes;
  if (!loaded.ok)
    throw new Error(`the standard policy does not load: ${policyComplaint(loaded.diagnostics)}`);
  const { engine } = loaded;
  const limits = clampLimits(engine.world.limits);
  const specs = (['script', 'repl'] as const).map((mode) =>
    zygoteSpecOf(engine, mode, TERMINAL, limits, ALWAYS_COLD),
  );
  engine.dispose();
  if (ready === null) return;
  await Promise.all(specs.map((spec) => ready.prepare(spec)));
  // Few runs start from nothing, so this comes last.
  await compileSite(siteCustomize({ modules: [], forked: false }));
}

/** The platform alone decides, in the standard world; the policy says what it would have said. */
async function audited(policy: PolicyEngine): Promise<PolicyEngine> {
  const standard = await loadBuiltIn('standard');
  if (!standard.ok) throw new Error('the standard policy does not load');
  const world = auditWorld(standard.engine.world, policy.world);
  standard.engine.dispose();
  return auditEngine({ policy, world });
}

export async function launchGuest(spec: RunSpec, sink: RunSink): Promise<Launched> {
  const { lab } = spec;
  const loaded = await loadPolicy(spec.policy.source, {
    name: spec.policy.name,
    ...(lab?.policy === undefined ? {} : { lab: lab.policy }),
  });
  if (!loaded.ok) {
    const { diagnostics } = loaded;
    if (diagnostics.some(({ file }) => file === LAB_POLICY))
      return {
        ok: false,
        code: 'internal',
        message: 'The policy of this lab does not load. Tell whoever gave you the lab.',
      };
    return { ok: false, code: 'policy-invalid', message: policyComplaint(diagnostics), diagnostics };
  }
  const engine = spec.audit === true ? await audited(loaded.engine) : loaded.engine;
  const forked = await zygotes;
  const limits = limitsUnder(engine.world.limits, lab?.limits);
  const cold = spec.cold || ALWAYS_COLD;
  if (!cold) await forked?.awaitStarting(zygoteSpecOf(engine, spec.mode, TERMINAL, limits));
  const handle = startRun({
    run: spec.run,
    mode: spec.mode,
    ...(spec.script === undefined ? {} : { script: spec.script }),
    args: spec.args,
    // An audited run asks no policy in earnest: what only the lab's or the student's rules protect is not there.
    files: filesUnder(spec.files, lab && spec.audit === true ? { ...lab, files: visibleFiles(lab) } : lab),
    ...(lab === undefined || lab.services.length === 0 ? {} : { network: new ServiceNetwork(lab.services) }),
    engine,
    policy: spec.policy.name,
    limits,
    stdio: { kind: 'tty', size: spec.size },
    sink,
    lines: spec.lines === true,
    ...(forked === null ? {} : { zygotes: forked }),
    cold,
  });
  return { ok: true, handle };
}

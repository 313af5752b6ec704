/** From the description of a run to a guest under way: policy, limits, files. Runs in a worker thread. */
import { clampLimits } from '@sandtable/shared/limits';
import { engineState, startRun, Zygotes, type RunSink } from '../sandbox/index.ts';
import { loadPolicy } from '../sandbox/policy/loadPolicy.ts';
import { policyComplaint } from './policyComplaint.ts';
import type { Launched } from './runHost.ts';
import type { RunSpec } from './workerMessages.ts';

/** Of this thread; null where guests cannot run, and where `SANDTABLE_START=cold` asks for starts from nothing. */
const zygotes = engineState().then((state) =>
  state.ok && process.env['SANDTABLE_START'] !== 'cold' ? new Zygotes(state.stdlib) : null,
);

export async function launchGuest(spec: RunSpec, sink: RunSink): Promise<Launched> {
  const loaded = await loadPolicy(spec.policy.source, { name: spec.policy.name });
  if (!loaded.ok) {
    const { diagnostics } = loaded;
    return { ok: false, code: 'policy-invalid', message: policyComplaint(diagnostics), diagnostics };
  }
  const { engine } = loaded;
  const forked = await zygotes;
  const handle = startRun({
    run: spec.run,
    mode: spec.mode,
    ...(spec.script === undefined ? {} : { script: spec.script }),
    args: spec.args,
    files: spec.files,
    engine,
    policy: spec.policy.name,
    limits: clampLimits(engine.world.limits),
    stdio: { kind: 'tty', size: spec.size },
    sink,
    ...(forked === null ? {} : { zygotes: forked }),
  });
  return { ok: true, handle };
}

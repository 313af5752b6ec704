/**
 * Runs the script of a finding in the real sandbox, with a real guest, and judges what happens there by the same evidence as the search.
 * Only what is confirmed here is a finding.
 */
import type { Property } from '@sandtable/shared/search/property';
import { startRun, type Interpreter, type RunSink } from '../sandbox/index.ts';
import { loadPolicy } from '../sandbox/policy/loadPolicy.ts';
import { limitsUnder } from '../sessions/labPart.ts';
import { Judge, type Broken } from './judge.ts';
import { SCRIPT_PATH } from './places.ts';
import { initialFiles, networkOf, startFiles, underLab, type SearchLab } from './searchLab.ts';
import { witnessed } from './witness.ts';

/** Seconds that the script of a finding may take: a start of the interpreter and some sleeps of the policy. */
const CONFIRM_SECONDS = 30;

export interface Confirmation {
  readonly confirmed: boolean;
  readonly broken: Broken | null;
  /** What the script printed. */
  readonly printed: string;
  /** How the run ended, where it did not end by itself. */
  readonly ended: string | null;
}

export interface ConfirmOptions {
  readonly source: string;
  readonly property: Property;
  readonly script: string;
  readonly lab?: SearchLab;
  readonly interpreter?: Interpreter;
  readonly signal?: AbortSignal;
}

export async function confirm({
  source,
  property,
  script,
  lab,
  interpreter,
  signal,
}: ConfirmOptions): Promise<Confirmation> {
  const loaded = await loadPolicy(source, underLab(lab));
  if (!loaded.ok) throw new Error('confirm.ts: a policy that was not checked');
  const judge = new Judge(property, initialFiles(loaded.engine.world, property, lab));
  const limits = limitsUnder(loaded.engine.world.limits, lab?.part.limits);
  let printed = '';
  const sink: RunSink = {
    call: () => undefined,
    event: (body) => {
      if (body.type === 'out') printed += body.data;
    },
    outputRoom: () => Infinity,
    onOutputRoom: null,
  };
  const run = startRun({
    run: 'search',
    mode: 'script',
    script: SCRIPT_PATH,
    files: startFiles(property, { path: SCRIPT_PATH, text: script }, lab),
    ...networkOf(lab),
    engine: witnessed(loaded.engine, (sighting) => {
      judge.saw(sighting);
    }),
    policy: 'policy.ts',
    limits: {
      ...limits,
      wallSeconds: Math.min(limits.wallSeconds, CONFIRM_SECONDS),
    },
    stdio: { kind: 'pipes' },
    sink,
    ...(interpreter === undefined ? {} : { interpreter }),
  });
  const stop = (): void => {
    run.stop();
  };
  signal?.addEventListener('abort', stop, { once: true });
  run.eof();
  const exit = await run.done;
  signal?.removeEventListener('abort', stop);
  judge.looked(run.changes(), printed);
  return {
    confirmed: judge.broken !== null,
    broken: judge.broken,
    printed,
    ended: exit.reason === 'exit' ? null : exit.message,
  };
}

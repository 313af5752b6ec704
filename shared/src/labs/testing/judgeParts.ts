/** Checks and evidence that the tests of judging are made of. */
import type { CallEvent, RunEvent } from '../../events.ts';
import type { CheckEvidence, EvidenceFile, RunEvidence } from '../evidence.ts';
import type { Check } from '../checkSpec.ts';
import { parseManifest } from '../manifest.ts';

/** A check as an author writes it, with what every check has. */
export function check(fields: object): Check {
  const parsed = parseManifest({
    format: 1,
    id: 'lab',
    title: 'T',
    summary: 'S',
    level: 1,
    minutes: 1,
    goals: ['g'],
    files: [{ path: 'script.py' }, { path: 'answer.txt' }],
    services: [{ address: 'quote:17', silent: true }],
    checks: [{ id: 'one', title: 'One', message: 'Look here.', weight: 2, ...fields }],
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.manifest.checks[0]!;
}

export const stamp = { seq: 0, t: 0 };

const RULES: RunEvent[] = [
  { ...stamp, type: 'rule', rule: { id: 0, layer: 'ceiling', code: 'boot', label: 'boot' } },
  {
    ...stamp,
    type: 'rule',
    rule: { id: 1, layer: 'student', code: 'rule', label: 'allow', at: { line: 4, column: 1 } },
  },
  { ...stamp, type: 'rule', rule: { id: 2, layer: 'lab', code: 'rule', label: 'deny' } },
];

export function row(n: number, more: Partial<CallEvent>): CallEvent {
  return {
    ...stamp,
    type: 'call',
    n,
    call: 'll_os_open',
    args: { path: '/tmp/a', flags: 0, mode: 0 },
    verdict: 'allow',
    rule: 1,
    us: 1,
    ...more,
  };
}

export function evidence(events: readonly RunEvent[], more: Partial<RunEvidence> = {}): CheckEvidence {
  return {
    kind: 'run',
    run: {
      index: 3,
      exit: { status: 0, reason: 'exit', message: 'The program ended.' },
      events: [...RULES, ...events],
      files: new Map(),
      sent: {},
      ...more,
    },
  };
}

export function out(data: string, fd: 0 | 1 | 2 = 1): RunEvent {
  return { ...stamp, type: 'out', fd, data };
}

export function file(
  text: string,
  more: Partial<Extract<EvidenceFile, { kind: 'file' }>> = {},
): EvidenceFile {
  return { kind: 'file', size: text.length, text, changed: true, lab: false, ...more };
}

export const RUN = { run: { script: 'script.py' } };

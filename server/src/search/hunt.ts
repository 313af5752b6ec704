/**
 * The search itself: attempts at random, and what was found made as small as it gets. In one thread, without a guest.
 *
 * fast-check makes the attempts and shrinks the first one that breaks the property; afterwards every step is left out once, so that none
 * remains that does not matter.
 */
import { posix } from 'node:path';
import fc from 'fast-check';
import { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_TRUNC } from '../sandbox/vfs/index.ts';
import { anyAttack } from './generate.ts';
import { placesOf } from './places.ts';
import { pythonScript } from './pythonScript.ts';
import { underLab } from './searchLab.ts';
import type { Step } from './steps.ts';
import { TrialRoom, type Trial, type TrialSetting } from './trial.ts';
import { loadPolicy } from '../sandbox/policy/loadPolicy.ts';

export interface HuntOptions extends TrialSetting {
  readonly seed: number;
  /** Attempts at most. */
  readonly sequences: number;
  /** Milliseconds at most; leaving out steps afterwards takes some more. */
  readonly milliseconds: number;
  /** Called after some attempts. */
  readonly progress?: (sequences: number) => void;
}

export interface Finding {
  readonly script: string;
  readonly steps: readonly Step[];
  readonly trial: Trial;
}

export interface Hunted {
  /** Attempts until something was found, or altogether. */
  readonly sequences: number;
  readonly milliseconds: number;
  readonly finding: Finding | null;
  /** Nothing in this world is forbidden by the property: a search is of no use. */
  readonly nothingToTry: boolean;
}

/** Attempts between two reports of progress. */
const REPORT_EACH = 20;

export async function hunt(options: HuntOptions): Promise<Hunted> {
  const began = performance.now();
  const { source, property, seed, progress, lab } = options;
  const loaded = await loadPolicy(source, { replay: true, ...underLab(lab) });
  if (!loaded.ok) throw new Error('hunt.ts: a policy that was not checked');
  const places = placesOf(source, loaded.engine.world, property, lab);
  loaded.engine.dispose();
  const attack = anyAttack({ places, claim: property.claim, waits: /\bawait\b/.test(source) });
  const taken = (): number => performance.now() - began;
  if (attack === null) return { sequences: 0, milliseconds: taken(), finding: null, nothingToTry: true };
  const room = new TrialRoom(options);
  let sequences = 0;
  let found = false;
  let foundAt = 0;
  try {
    const result = await fc.check(
      fc.asyncProperty(attack, async (steps) => {
        const trial = await room.perform(steps);
        if (!found) {
          sequences += 1;
          if (sequences % REPORT_EACH === 0) progress?.(sequences);
        }
        if (trial.broken === null) return true;
        if (!found) foundAt = taken();
        found = true;
        return false;
      }),
      { seed, numRuns: options.sequences, interruptAfterTimeLimit: options.milliseconds },
    );
    const steps = result.counterexample?.[0] ?? null;
    if (steps === null) return { sequences, milliseconds: taken(), finding: null, nothingToTry: false };
    return { sequences, milliseconds: foundAt, finding: await least(room, steps), nothingToTry: false };
  } finally {
    room.dispose();
  }
}

/** Leaves out whatever can be left out: steps, flags, folders to begin at, threads, and tricks of spelling. */
async function least(room: TrialRoom, from: readonly Step[]): Promise<Finding | null> {
  let steps = from;
  let trial = await room.perform(steps);
  if (trial.broken === null) return null;
  for (let changed = true; changed;) {
    changed = false;
    for (const candidate of smaller(steps)) {
      const tried = await room.perform(candidate);
      if (tried.broken === null) continue;
      steps = candidate;
      trial = tried;
      changed = true;
      break;
    }
  }
  return { script: pythonScript(steps, trial.steps), steps, trial };
}

function* smaller(steps: readonly Step[]): Generator<readonly Step[]> {
  for (let k = 0; k < steps.length; k++) yield steps.toSpliced(k, 1);
  for (const [k, step] of steps.entries())
    if (step.do === 'symlink') yield withoutLink(steps, k, step.path, step.target);
  for (const [k, step] of steps.entries()) {
    if ('at' in step && step.at !== null) yield steps.with(k, { ...step, at: null });
    if (step.do === 'open')
      for (const bit of [O_EXCL, O_NOFOLLOW, O_APPEND, O_TRUNC, O_CREAT])
        if ((step.flags & bit) !== 0) yield steps.with(k, { ...step, flags: step.flags & ~bit });
    for (const name of ['path', 'newpath', 'target'] as const) {
      const text = (step as { readonly [key in typeof name]?: string })[name];
      if (text === undefined) continue;
      const plain = posix.normalize(text).replace(/(?<=.)\/+$/, '');
      if (plain !== text) yield steps.with(k, { ...step, [name]: plain });
    }
    if (step.do === 'open' && step.thread) yield steps.with(k, { ...step, thread: false });
  }
}

/** Without the link: the steps after it name what it stood for. */
function withoutLink(steps: readonly Step[], k: number, link: string, target: string): readonly Step[] {
  return steps
    .toSpliced(k, 1)
    .map((step, at) => (at >= k && 'path' in step && step.path === link ? { ...step, path: target } : step));
}

/** From the source of a policy to an engine, or to diagnostics a person can act on. */
import { createEngine, type PolicyLayer } from '@sandtable/shared/policy/engine';
import type { PolicyEngine, PolicyNotice, WorldSpec } from '@sandtable/shared/policy/model';
import type { PolicyTest } from '@sandtable/shared/policy/policyTests';
import type { Diagnostic } from '@sandtable/shared/protocol';
import { mergeWorlds } from './mergeWorlds.ts';
import { BUDGET_MS_PER_SECOND } from './policyLimits.ts';
import { printedNotices } from './effects.ts';
import type { PolicyPlatform } from './platform.ts';
import { PolicyHost } from './policyHost.ts';
import { PolicyProgram } from './policyProgram.ts';
import { describePolicy } from './policyDescription.ts';

/** The file that diagnostics name where the lab's policy is wrong: its author's matter, not the student's. */
export const LAB_POLICY = 'the policy of the lab';

export interface LoadOptions {
  /** File name in diagnostics; `policy.ts` by default. */
  readonly name?: string;
  /** Source of the lab's policy, which is judged outside (functions) and below (rules) the student's. */
  readonly lab?: string;
  /** Where the interpreter's library lies in the guest's world. */
  readonly runtimeRoots?: readonly string[];
  /** Milliseconds of the thread's time that each policy may take in a second; {@link BUDGET_MS_PER_SECOND} by default. */
  readonly budget?: number;
  /** For a replay: `sleep()` takes no time, and what a function takes is not counted against a second. */
  readonly replay?: true;
  /** For a search, which runs one policy thousands of times from its beginning: the result has `rewind`. */
  readonly rewindable?: true;
}

export type LoadResult =
  /**
   * The engine is to be disposed of by whoever takes it; `notices`: what the policy printed while it was loaded; `tests`: the table beside it; `byChance`: it asks for random numbers or the clock;
   * `rewind` forgets all that its functions ever saw, false where that cannot be done now: a function is under way, or the policy was ended. */
  | {
      readonly ok: true;
      readonly engine: PolicyEngine;
      readonly notices: readonly PolicyNotice[];
      readonly tests: readonly PolicyTest[];
      readonly byChance: boolean;
      readonly rewind: () => boolean;
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

interface Opened {
  readonly layer: PolicyLayer;
  readonly world: WorldSpec;
  readonly notices: readonly PolicyNotice[];
  readonly tests: readonly PolicyTest[];
  /** Absent where nothing can ever be remembered. */
  readonly rewind?: () => boolean;
}

/**
 * Loads a policy. Types are not checked here (`checkPolicy.ts`); whatever the source, this takes some hundred milliseconds at most
 * and throws for bugs of ours only.
 */
export async function loadPolicy(
  source: string,
  platform: PolicyPlatform,
  options: LoadOptions = {},
): Promise<LoadResult> {
  const file = options.name ?? 'policy.ts';
  const student = await openLayer(source, 'student', file, platform, options);
  if (!student.ok) return student;
  let lab: Opened | null = null;
  if (options.lab !== undefined) {
    const opened = await openLayer(options.lab, 'lab', LAB_POLICY, platform, options);
    if (!opened.ok) {
      student.opened.layer.middleware?.dispose();
      return opened;
    }
    lab = opened.opened;
  }
  const byChance = [source, options.lab ?? ''].some((each) => CHANGEABLE.test(each));
  const engine = createEngine({
    student: student.opened.layer,
    ...(lab === null ? {} : { lab: lab.layer }),
    world: lab === null ? student.opened.world : mergeWorlds(student.opened.world, lab.world),
    ...(options.runtimeRoots === undefined ? {} : { runtimeRoots: options.runtimeRoots }),
  });
  if (engine.ok)
    return {
      ...engine,
      notices: [...(lab?.notices ?? []), ...student.opened.notices],
      tests: student.opened.tests,
      byChance,
      rewind: () => [student.opened, lab].every((each) => each?.rewind?.() ?? true),
    };
  student.opened.layer.middleware?.dispose();
  lab?.layer.middleware?.dispose();
  return {
    ok: false,
    diagnostics: engine.errors.map(({ rule, message, layer }) => {
      const from = layer === 'student' ? student.opened.layer : lab?.layer;
      const at = from?.rules[rule]?.at ?? { line: 1, column: 1 };
      return {
        file: layer === 'student' ? file : LAB_POLICY,
        line: at.line,
        column: at.column,
        severity: 'error',
        code: 'policy',
        message: `${message[0]!.toUpperCase()}${message.slice(1)}.`,
      };
    }),
  };
}

type OpenResult =
  | { readonly ok: true; readonly opened: Opened }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/**
 * Policies of rules alone that were loaded before, by layer and source: their second run need not enter QuickJS again, which is a
 * sixth of a start. A class runs a handful of sources in a thread at a time; the one used longest ago goes.
 */
const MAX_REMEMBERED = 64;
const remembered = new Map<string, Opened>();

/** Rules that were made of the time or of chance are made anew for each run. Not `random` by itself: that is a group of calls. */
const CHANGEABLE = /\b(?:Date|Math)\b/;

function remember(key: string, opened: Opened): void {
  remembered.set(key, opened);
  if (remembered.size > MAX_REMEMBERED) remembered.delete(remembered.keys().next().value!);
}

function recall(key: string): Opened | null {
  const opened = remembered.get(key);
  if (opened === undefined) return null;
  remembered.delete(key);
  remembered.set(key, opened);
  return opened;
}

async function openLayer(
  source: string,
  layer: 'student' | 'lab',
  file: string,
  platform: PolicyPlatform,
  { budget = BUDGET_MS_PER_SECOND, replay, rewindable }: LoadOptions,
): Promise<OpenResult> {
  const key = `${layer}\n${source}`;
  const known = recall(key);
  if (known !== null) return { ok: true, opened: known };
  const opened = await PolicyProgram.open(source, platform);
  if (!opened.ok) {
    const { at, message } = opened.failure;
    return {
      ok: false,
      diagnostics: [
        {
          file,
          line: at?.line ?? 1,
          column: at?.column ?? 1,
          severity: 'error',
          code: opened.failure.code === 'policy-threw' ? 'policy' : opened.failure.code,
          message,
        },
      ],
    };
  }
  const { program } = opened;
  const described = describePolicy(opened.description, source, (text) => program.place(text));
  if (!described.ok) {
    program.dispose();
    return { ok: false, diagnostics: described.diagnostics.map((each) => ({ ...each, file })) };
  }
  const { rules, otherwise, runtime, functions, world, tests } = described.description;
  // Without functions nothing will ever enter QuickJS again.
  if (functions.size === 0) {
    program.dispose();
    const plain: Opened = {
      layer: { layer, rules, otherwise, runtime },
      world,
      notices: printedNotices(opened.printed),
      tests,
    };
    if (!CHANGEABLE.test(source)) remember(key, plain);
    return { ok: true, opened: plain };
  }
  if (rewindable === true) program.mark();
  const middleware = new PolicyHost(program, functions, replay === true ? Infinity : budget, replay !== true);
  return {
    ok: true,
    opened: {
      layer: { layer, rules, otherwise, runtime, middleware },
      world,
      notices: printedNotices(opened.printed),
      tests,
      rewind: () => middleware.idle && program.rewind(),
    },
  };
}

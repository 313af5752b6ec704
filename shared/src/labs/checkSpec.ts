/** Checks of a lab as an author writes them: what is run or looked at, and what is expected of it. */
import * as z from 'zod';
import { CALLS } from '../calls.ts';
import { parseProperty, type Property } from '../search/property.ts';
import { packPath } from './packPath.ts';
import { errno, expect, harm, verdictKind, TEXT_TESTS } from './expectSpec.ts';
import {
  limits,
  MAX_TEXT,
  MAX_WORLD_FILES,
  oneOrMore,
  prose,
  short,
  slug,
  text,
  worldPath,
} from './manifestFields.ts';

/** Points of one check: sums stay exact, and nobody needs finer weights. */
const MAX_WEIGHT = 1_000;

/** Attempts of a search for a counterexample in a check: some thousand a second, and a student waits for it. */
const MAX_PROPERTY_ATTEMPTS = 100_000;

/** A file of the student's by its own path, or one of the pack by its path below `checks/`, `attacks/` or `hidden/`. */
const scriptPath = packPath;

/** `student`: their policy.ts; a built-in policy by name; or a policy of the pack. */
const runPolicy = z.union([z.enum(['student', 'standard', 'lecture', 'allow-all']), packPath], {
  error: 'takes student, standard, lecture, allow-all, or a file of the pack',
});

const RUN_FIELDS = {
  script: scriptPath,
  policy: runPolicy.default('student'),
  args: z.array(z.string().max(4_096)).max(64).default([]),
  /** Typed at the terminal, then the end of input. */
  input: text.default(''),
  /** Files beside those of the student, by guest path; they win over theirs. */
  files: z
    .record(worldPath, text)
    .refine((all) => Object.keys(all).length <= MAX_WORLD_FILES)
    .default({}),
  limits: limits.default({}),
  /** Without the student's files; their policy is there all the same. */
  bare: z.boolean().default(false),
  /** Standard input and output are pipes, not a terminal. */
  pipes: z.boolean().default(false),
};

const run = z.strictObject(RUN_FIELDS);

const attack = z.strictObject({
  ...RUN_FIELDS,
  /** Harm, too: this text printed, sent, or written anywhere. */
  secret: z.string().min(1).max(MAX_TEXT).optional(),
  /** An error of the script's own is one of the ways in which it is meant to end; otherwise it means that nothing was tried. */
  mayFail: z.boolean().default(false),
});

export type RunFields = z.infer<typeof run>;

const property = z.unknown().transform((value, context): Property => {
  const parsed = parseProperty(value);
  if (parsed.ok) return parsed.property;
  for (const problem of parsed.problems)
    context.addIssue({ code: 'custom', message: problem.replace(/\.$/, '') });
  return z.NEVER;
});

const policyTest = z
  .strictObject({
    call: z.enum(
      CALLS.map(({ name }) => name),
      { error: 'takes the name of a call' },
    ),
    path: z.string().max(4_096).optional(),
    newpath: z.string().max(4_096).optional(),
    mode: z.enum(['read', 'write']).optional(),
    args: z.record(z.string(), z.json()).optional(),
    expect: oneOrMore(verdictKind),
    errno: errno.transform((name) => name).optional(),
    raise: z.literal('RuntimeError').optional(),
    /** What the world answers to `next()`. */
    answer: z.json().optional(),
    /** What the guest has to see, where it succeeds. */
    sees: z.json().optional(),
    /** Shown when it fails. */
    says: short.optional(),
  })
  .refine(
    ({ expect: expected, errno: error, raise }) =>
      (error === undefined && raise === undefined) || expected.includes('deny'),
    {
      error: 'only a denial has an error',
    },
  );

export type LabPolicyTest = z.infer<typeof policyTest>;

/** Verdicts that a table of calls expects; a file of the pack has the same list. */
export const policyTestList = z.array(policyTest).min(1, 'needs at least one test').max(500);

export const code = z
  .strictObject({
    /** A file of the student's. */
    file: packPath,
    ...TEXT_TESTS,
    maxLines: z.number().int().min(0).optional(),
    minLines: z.number().int().min(0).optional(),
    maxBytes: z.number().int().min(0).optional(),
    /** White space at both ends of the text and of each line does not count, nor do empty lines. */
    trim: z.boolean().default(false),
    ignoreCase: z.boolean().default(false),
  })
  .refine(
    (value) =>
      Object.entries(value).some(
        ([key, each]) => !['file', 'trim', 'ignoreCase'].includes(key) && each !== undefined,
      ),
    'needs something to look for',
  );

export type CodeTest = z.infer<typeof code>;

export const CHECK_KINDS = ['run', 'attack', 'honest', 'property', 'policyTests', 'code'] as const;
export type CheckKind = (typeof CHECK_KINDS)[number];

export const check = z
  .strictObject({
    id: slug,
    title: short,
    weight: z.number().min(0).max(MAX_WEIGHT).default(1),
    /** Markdown, in the author's words: what to look at. Shown where the check fails. */
    message: prose,
    hidden: z.boolean().default(false),
    run: run.optional(),
    attack: attack.optional(),
    honest: run.optional(),
    property: property.optional(),
    policyTests: z
      .union([packPath, policyTestList], { error: 'takes a file of the pack, or a list of tests' })
      .optional(),
    code: oneOrMore(code).optional(),
    expect: expect.optional(),
    harm: harm.optional(),
    /** Of a property: how often to try. Attempts, not seconds: the grade must not depend on how busy a machine is. */
    attempts: z.number().int().positive().max(MAX_PROPERTY_ATTEMPTS).optional(),
    /** Of policy tests: points for each that passes, not only for all of them. */
    partial: z.boolean().default(false),
  })
  .superRefine((value, context) => {
    const kinds = CHECK_KINDS.filter((kind) => value[kind] !== undefined);
    const say = (path: string[], message: string): void =>
      context.addIssue({ code: 'custom', path, message });
    if (kinds.length !== 1) {
      say([], `needs one of ${CHECK_KINDS.join(', ')}, and only one`);
      return;
    }
    const [kind] = kinds;
    if (value.expect !== undefined && kind !== 'run' && kind !== 'honest')
      say(['expect'], 'goes with run or honest; an attack says what is harm');
    if (kind === 'run' && (value.expect === undefined || Object.keys(value.expect).length === 0))
      say(['run'], 'needs expect: a run of which nothing is expected proves nothing');
    if (value.harm !== undefined && kind !== 'attack') say(['harm'], 'goes with attack');
    if (kind === 'attack' && value.harm === undefined && value.attack?.secret === undefined)
      say(['attack'], 'needs harm, or a secret: an attack of which nothing is harm proves nothing');
    if (value.attempts !== undefined && kind !== 'property') say(['attempts'], 'goes with property');
    if (value.partial && kind !== 'policyTests') say(['partial'], 'goes with policyTests');
  });

export type Check = z.infer<typeof check>;

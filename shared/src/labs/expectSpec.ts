/** What an author expects of a run, or calls harm: tests on output, calls, files, and what was sent. */
import * as z from 'zod';
import { CALL_GROUPS, CALLS } from '../calls.ts';
import { isErrno } from '../errno.ts';
import { RUN_LIMITS, type LimitName } from '../limits.ts';
import { VERDICT_KINDS, type VerdictKind } from '../verdicts.ts';
import { oneOrMore, pathGlob, regex, text, worldPath } from './manifestFields.ts';

export const TEXT_TESTS = {
  contains: text.optional(),
  equals: text.optional(),
  /** Flags `m` and `u`; `.` does not match the end of a line. */
  matches: regex.optional(),
  lacks: text.optional(),
};

const NEEDS_A_TEST = 'needs one of contains, equals, matches, lacks';

function hasTest(value: object): boolean {
  return Object.keys(TEXT_TESTS).some((key) => (value as Record<string, unknown>)[key] !== undefined);
}

const outputTest = z
  .strictObject({
    ...TEXT_TESTS,
    from: z.enum(['stdout', 'stderr'], { error: "takes 'stdout' or 'stderr'" }).optional(),
  })
  .refine(hasTest, NEEDS_A_TEST);

export type OutputTest = z.infer<typeof outputTest>;

const CALL_SELECTORS: ReadonlySet<string> = new Set<string>([
  ...CALLS.map(({ name }) => name),
  ...Object.keys(CALL_GROUPS),
  'read',
  'write',
  '*',
]);

const selector = z
  .string()
  .refine((name) => CALL_SELECTORS.has(name), 'is the name of a call, a group of calls, read, write or *');

export const verdictKind = z.enum(['allow', 'deny', 'modify', 'fake'] satisfies VerdictKind[], {
  error: `takes ${VERDICT_KINDS.join(', ')}`,
});

export const errno = z.string().refine((name) => isErrno(name), 'takes an error of Linux, such as EPERM');

const callPattern = z.strictObject({
  call: oneOrMore(selector),
  /** Where it acted, links and `..` followed: what the guest asked for or what was performed in its place. */
  path: oneOrMore(pathGlob).optional(),
  newpath: oneOrMore(pathGlob).optional(),
  verdict: oneOrMore(verdictKind).optional(),
  by: oneOrMore(z.enum(['student', 'lab', 'ceiling'], { error: 'takes student, lab or ceiling' })).optional(),
  errno: oneOrMore(errno).optional(),
  raise: z.literal('RuntimeError', { error: 'takes RuntimeError' }).optional(),
  /** Whether the guest was told that it worked: neither an error nor an exception. */
  succeeds: z.boolean().optional(),
  /** Arguments as the trace shows them, to the letter. */
  args: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  /** The reason that the verdict gave, in the words of whoever wrote the rule. */
  reason: z.strictObject(TEXT_TESTS).refine(hasTest, NEEDS_A_TEST).optional(),
  count: z
    .union([
      z.number().int().min(0),
      z.strictObject({ min: z.number().int().min(0).optional(), max: z.number().int().min(0).optional() }),
    ])
    .optional(),
});

export type CallPattern = z.infer<typeof callPattern>;

const fileTest = z.union(
  [
    z.enum(['absent', 'present', 'unchanged']),
    z
      .strictObject({
        ...TEXT_TESTS,
        maxBytes: z.number().int().min(0).optional(),
        minBytes: z.number().int().min(0).optional(),
      })
      .refine(
        (value) => Object.values(value).some((each) => each !== undefined),
        'needs something to look for',
      ),
  ],
  { error: 'takes absent, present, unchanged, or an object such as { equals: "text" }' },
);

export type FileTest = z.infer<typeof fileTest>;

export const serviceAddress = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?:\d{1,5}$/, 'takes NAME:PORT, such as quote:17')
  .refine((address) => Number(address.split(':')[1]) >= 1 && Number(address.split(':')[1]) <= 65_535, {
    error: 'has a port from 1 to 65535',
  });

const sentTest = z
  .strictObject({
    to: serviceAddress,
    ...TEXT_TESTS,
    maxBytes: z.number().int().min(0).optional(),
    /** How often the guest has connected. */
    connections: z
      .strictObject({ min: z.number().int().min(0).optional(), max: z.number().int().min(0).optional() })
      .optional(),
  })
  .refine((value) => Object.keys(value).length > 1, 'needs something to look for');

export type SentTest = z.infer<typeof sentTest>;

const LIMIT_NAMES = [
  ...Object.keys(RUN_LIMITS),
  'fileBytes',
  'totalBytes',
  'files',
  'descriptors',
  'pathBytes',
] as readonly LimitName[] as readonly [LimitName, ...LimitName[]];

const EVIDENCE_TESTS = {
  output: oneOrMore(outputTest).optional(),
  calls: oneOrMore(callPattern).optional(),
  files: z.record(worldPath, fileTest).optional(),
  sent: oneOrMore(sentTest).optional(),
};

export const expect = z.strictObject({
  status: oneOrMore(z.number().int().min(0).max(255)).optional(),
  ...EVIDENCE_TESTS,
  /** Rows that there must not be. */
  never: oneOrMore(callPattern.omit({ count: true })).optional(),
  /** `none`: no limit ended the run or made a call fail; or the limit that has to be reached. */
  limit: z.enum(['none', ...LIMIT_NAMES], { error: "takes 'none' or the name of a limit" }).optional(),
  /** Calls of the whole run, those of the interpreter's start left out. */
  callCount: z
    .strictObject({ min: z.number().int().min(0).optional(), max: z.number().int().min(0).optional() })
    .optional(),
});

export type Expect = z.infer<typeof expect>;

/** Any of these is the harm that an attack does. */
export const harm = z
  .strictObject({ ...EVIDENCE_TESTS, status: oneOrMore(z.number().int().min(0).max(255)).optional() })
  .refine((value) => Object.values(value).some((each) => each !== undefined), {
    error: 'needs something that would be harm',
  });

export type Harm = z.infer<typeof harm>;

/**
 * The manifest of a lab pack, `lab.yaml`, as data: format 1. `docs/labs.md` explains each field with an example.
 *
 * What a field may hold is said here once; the types that the rest of the program uses are those that parsing gives. Defaults are filled
 * in, sugar (`attack`, `honest`) is left as the author wrote it: `runCheck.ts` makes plain runs of both. Unknown fields are errors, because
 * a misspelt expectation that is ignored would pass every submission.
 */
import * as z from 'zod';
import { CALL_GROUPS, CALLS } from '../calls.ts';
import { isErrno } from '../errno.ts';
import { RUN_LIMITS, type LimitName } from '../limits.ts';
import { compileGlob } from '../policy/glob.ts';
import { parseProperty, type Property } from '../search/property.ts';
import { VERDICT_KINDS, type VerdictKind } from '../verdicts.ts';
import { packPath } from './packPath.ts';
import { parameterSpec } from './parameters.ts';

/** The only format there is; a pack of a later one is refused rather than half understood. */
export const LAB_FORMAT = 1;

/** Checks of one lab: more than a student reads, and few enough that all of them run within a minute or so. */
export const MAX_CHECKS = 60;

/** Files that a lab may put into a guest's world beside the bench; larger worlds belong into a mount. */
const MAX_WORLD_FILES = 100;

/** Characters of a text that stands in the manifest itself; longer ones belong into a file of the pack. */
const MAX_TEXT = 20_000;

/** Characters of a regular expression: one that is longer cannot be read by whoever has to mend it. */
const MAX_REGEX = 1_000;

/** Entries of the small lists: goals, expectations, hints. */
const MAX_ENTRIES = 50;

/** Points of one check: sums stay exact, and nobody needs finer weights. */
const MAX_WEIGHT = 1_000;

/** Attempts of a search for a counterexample in a check: some thousand a second, and a student waits for it. */
const MAX_PROPERTY_ATTEMPTS = 100_000;

/** Bytes of one service's conversation, and steps of its script. */
const MAX_SERVICES = 16;

const short = z.string().trim().min(1, 'needs some words').max(200, 'takes 200 characters at most');
const prose = z.string().trim().min(1, 'needs some words').max(4_000, 'takes 4,000 characters at most');
const text = z.string().max(MAX_TEXT, `takes ${String(MAX_TEXT)} characters at most; put more into a file`);

/** Small letters, digits and hyphens, from a letter on: ids stand in addresses, folders and files of results. */
const slug = z
  .string()
  .max(64, 'takes 64 characters at most')
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'takes small letters, digits and single hyphens, such as writing-files');

const guestPath = z
  .string()
  .max(1_000)
  .refine((path) => path.startsWith('/'), 'begins with a slash: the guest names files from the root')
  .refine((path) => !path.includes('\0'), 'holds no NUL');

/** Below `/bin`, `/dev` and `/proc` the platform itself fills the world. */
const worldPath = guestPath
  .refine((path) => path === '/' || !path.endsWith('/'), 'names a file, so it does not end with a slash')
  .refine(
    (path) => path.split('/').slice(1).every((part) => part !== '' && part !== '.' && part !== '..'),
    'has no empty, . or .. parts',
  )
  .refine((path) => !/^\/(bin|dev|proc)(\/|$)/.test(path), 'lies in a folder that the platform fills itself');

const pathGlob = z.string().superRefine((glob, context) => {
  // Parameters stand for parts of names, never for the root.
  const compiled = compileGlob(glob.replaceAll(/\{\{[a-zA-Z]\w*\}\}/g, 'x'));
  if (!compiled.ok) context.addIssue({ code: 'custom', message: compiled.message });
});

const regex = z
  .string()
  .max(MAX_REGEX, `takes ${String(MAX_REGEX)} characters at most`)
  .superRefine((source, context) => {
    try {
      new RegExp(source.replaceAll(/\{\{[a-zA-Z]\w*\}\}/g, 'x'), 'mu');
    } catch (error) {
      context.addIssue({
        code: 'custom',
        message: `is no regular expression (${(error as Error).message.replace(/^Invalid regular expression: /, '')})`,
      });
    }
  });

function oneOrMore<T extends z.ZodType>(one: T) {
  return z.preprocess(
    (value) => (Array.isArray(value) || value === undefined ? value : [value]),
    z.array(one).min(1, 'needs at least one').max(MAX_ENTRIES),
  );
}

// ---- limits ------------------------------------------------------------------------------------------------------

const positive = z.number({ error: 'takes a number' }).positive('takes a number above 0');

const limits = z.strictObject({
  heapBytes: positive.optional(),
  cpuSeconds: positive.optional(),
  wallSeconds: positive.optional(),
  outputBytes: positive.optional(),
  callsPerSecond: positive.optional(),
  threads: positive.optional(),
  traceBytes: positive.optional(),
});

export type LabLimits = z.infer<typeof limits>;

// ---- expectations ------------------------------------------------------------------------------------------------

const TEXT_TESTS = {
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
  .strictObject({ ...TEXT_TESTS, from: z.enum(['stdout', 'stderr'], { error: "takes 'stdout' or 'stderr'" }).optional() })
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

const verdictKind = z.enum(['allow', 'deny', 'modify', 'fake'] satisfies VerdictKind[], {
  error: `takes ${VERDICT_KINDS.join(', ')}`,
});

const errno = z.string().refine((name) => isErrno(name), 'takes an error of Linux, such as EPERM');

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
      .refine((value) => Object.values(value).some((each) => each !== undefined), 'needs something to look for'),
  ],
  { error: 'takes absent, present, unchanged, or an object such as { equals: "text" }' },
);

export type FileTest = z.infer<typeof fileTest>;

const serviceAddress = z
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

const expect = z.strictObject({
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
const harm = z
  .strictObject({ ...EVIDENCE_TESTS, status: oneOrMore(z.number().int().min(0).max(255)).optional() })
  .refine((value) => Object.values(value).some((each) => each !== undefined), {
    error: 'needs something that would be harm',
  });

export type Harm = z.infer<typeof harm>;

// ---- checks ------------------------------------------------------------------------------------------------------

/** A file of the student's by its own path, or one of the pack by its path below `checks/`, `attacks/` or `hidden/`. */
const scriptPath = packPath;

/** `student`: their policy.ts; a built-in policy by name; or a policy of the pack. */
const runPolicy = z.union(
  [z.enum(['student', 'standard', 'lecture', 'allow-all']), packPath],
  { error: 'takes student, standard, lecture, allow-all, or a file of the pack' },
);

const RUN_FIELDS = {
  script: scriptPath,
  policy: runPolicy.default('student'),
  args: z.array(z.string().max(4_096)).max(64).default([]),
  /** Typed at the terminal, then the end of input. */
  input: text.default(''),
  /** Files beside those of the student, by guest path; they win over theirs. */
  files: z.record(worldPath, text).refine((all) => Object.keys(all).length <= MAX_WORLD_FILES).default({}),
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
  .refine(({ expect: expected, errno: error, raise }) => (error === undefined && raise === undefined) || expected.includes('deny'), {
    error: 'only a denial has an error',
  });

export type LabPolicyTest = z.infer<typeof policyTest>;

/** Verdicts that a table of calls expects; a file of the pack has the same list. */
export const policyTestList = z.array(policyTest).min(1, 'needs at least one test').max(500);

const code = z
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
    (value) => Object.entries(value).some(([key, each]) => !['file', 'trim', 'ignoreCase'].includes(key) && each !== undefined),
    'needs something to look for',
  );

export type CodeTest = z.infer<typeof code>;

export const CHECK_KINDS = ['run', 'attack', 'honest', 'property', 'policyTests', 'code'] as const;
export type CheckKind = (typeof CHECK_KINDS)[number];

const check = z
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
    policyTests: z.union([packPath, policyTestList], { error: 'takes a file of the pack, or a list of tests' }).optional(),
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
    const say = (path: string[], message: string): void => context.addIssue({ code: 'custom', path, message });
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

// ---- the lab -----------------------------------------------------------------------------------------------------

const FILE_ACCESS = ['read-write', 'read-only'] as const;

const labFile = z.strictObject({
  /** On the bench; its first content lies in `starter/`. */
  path: packPath,
  access: z.enum(FILE_ACCESS, { error: `takes ${FILE_ACCESS.join(' or ')}` }).default('read-write'),
});

const worldFile = z
  .strictObject({
    text: text.optional(),
    file: packPath.optional(),
    /** Shown on the page and in logs like any other file; otherwise only the guest can look into it. */
    visible: z.boolean().default(false),
  })
  .refine(({ text: inline, file }) => (inline === undefined) !== (file === undefined), "needs 'text' or 'file', and not both");

const service = z
  .strictObject({
    address: serviceAddress,
    /** Address that its name stands for; 10.7.0.1, 10.7.0.2 … in their order by default. */
    ip: z
      .string()
      .regex(/^10\.(\d{1,3}\.){2}\d{1,3}$/, 'takes an address of 10.0.0.0/8')
      .refine((ip) => ip.split('.').every((part) => Number(part) <= 255), 'takes an address of 10.0.0.0/8')
      .optional(),
    /** A text file: each connection is sent one line of it, then closed. */
    reply: packPath.optional(),
    /** Sends back what it gets. */
    echo: z.literal(true).optional(),
    /** Says its lines in order, each as soon as what it waits for has come; then closes. */
    script: z
      .array(z.strictObject({ expect: z.string().max(1_000).optional(), send: text.optional() }))
      .min(1)
      .max(MAX_ENTRIES)
      .optional(),
    /** Reads and says nothing. */
    silent: z.literal(true).optional(),
  })
  .refine(
    ({ reply, echo, script, silent }) => [reply, echo, script, silent].filter((each) => each !== undefined).length === 1,
    'needs one of reply, echo, script, silent, and only one',
  );

export type LabService = z.infer<typeof service>;

const step = z.strictObject({
  title: short,
  /** Heading in README.md, as GitHub makes anchors of headings. */
  anchor: slug.optional(),
  checks: z.array(z.string()).max(MAX_CHECKS).default([]),
});

export type LabStep = z.infer<typeof step>;

const hint = z.strictObject({
  /** Index of the step, from 0. */
  step: z.number().int().min(0),
  /** Markdown. */
  text: prose,
  /** Percent of the lab's points. */
  cost: z.number().min(0).max(100).default(0),
});

export type LabHint = z.infer<typeof hint>;

const wrongOne = z.strictObject({
  /** Folder below wrong/. */
  name: slug,
  /** Checks that it fails. */
  loses: z.array(z.string()).min(1, 'needs at least one check'),
  /** Checks that it may fail or pass. */
  may: z.array(z.string()).default([]),
  why: prose,
});

export type LabWrong = z.infer<typeof wrongOne>;

const manifest = z
  .strictObject({
    format: z.literal(LAB_FORMAT, { error: `is ${String(LAB_FORMAT)}: this program knows no other` }),
    id: slug,
    title: short,
    summary: z.string().trim().min(1).max(400),
    level: z.number().int().min(1, 'is 1 to 4').max(4, 'is 1 to 4'),
    minutes: z.number().int().min(1).max(1_000),
    goals: z.array(z.string().trim().min(1).max(300)).min(1, 'needs at least one goal').max(12),
    requires: z.array(slug).max(20).default([]),
    engine: z.literal('pypy', { error: 'is pypy' }).default('pypy'),
    limits: limits.default({}),
    script: packPath.default('script.py'),
    files: z.array(labFile).min(1, 'needs at least one file').max(50),
    policy: packPath.optional(),
    world: z
      .record(worldPath, worldFile)
      .refine((all) => Object.keys(all).length <= MAX_WORLD_FILES, `names ${String(MAX_WORLD_FILES)} files at most`)
      .default({}),
    services: z.array(service).max(MAX_SERVICES).default([]),
    parameters: z
      .record(z.string().regex(/^[a-zA-Z]\w{0,40}$/, 'is named by letters and digits, from a letter on'), parameterSpec)
      .default({}),
    templated: z.array(z.string().min(1).max(200)).max(MAX_ENTRIES).default([]),
    steps: z.array(step).max(30).default([]),
    hints: z.array(hint).max(MAX_ENTRIES).default([]),
    checks: z.array(check).min(1, 'needs at least one check').max(MAX_CHECKS),
    wrong: z.array(wrongOne).max(MAX_ENTRIES).default([]),
  })
  .superRefine((lab, context) => {
    const say = (path: (string | number)[], message: string): void =>
      context.addIssue({ code: 'custom', path, message });
    const ids = new Set<string>();
    lab.checks.forEach(({ id }, index) => {
      if (ids.has(id)) say(['checks', index, 'id'], `${id} is the id of two checks`);
      ids.add(id);
    });
    const known = (path: (string | number)[], list: readonly string[]): void =>
      list.forEach((id, index) => {
        if (!ids.has(id)) say([...path, index], `there is no check ${id}`);
      });
    lab.steps.forEach(({ checks }, index) => known(['steps', index, 'checks'], checks));
    lab.hints.forEach((each, index) => {
      if (each.step >= Math.max(1, lab.steps.length))
        say(['hints', index, 'step'], `there is no step ${String(each.step)}; the first is 0`);
    });
    lab.wrong.forEach(({ loses, may }, index) => {
      known(['wrong', index, 'loses'], loses);
      known(['wrong', index, 'may'], may);
    });
    unique(lab.wrong.map(({ name }) => name), (index, name) =>
      say(['wrong', index, 'name'], `${name} is the name of two`),
    );
    unique(lab.files.map(({ path }) => path), (index, path) =>
      say(['files', index, 'path'], `${path} is listed twice`),
    );
    unique(lab.services.map(({ address }) => address), (index, address) =>
      say(['services', index, 'address'], `${address} is listed twice`),
    );
    if (!lab.files.some(({ path }) => path === lab.script))
      say(['script'], `${lab.script} is not among files`);
    if (lab.checks.every(({ weight }) => weight === 0)) say(['checks'], 'all weigh nothing: no points can be had');
    const addresses = new Set(lab.services.map(({ address }) => address));
    lab.checks.forEach(({ expect: expected, harm: harmful }, index) => {
      for (const [field, sent] of [
        ['expect', expected?.sent],
        ['harm', harmful?.sent],
      ] as const)
        sent?.forEach(({ to }, at) => {
          if (!addresses.has(to)) say(['checks', index, field, 'sent', at, 'to'], `there is no service ${to}`);
        });
    });
  });

function unique(names: readonly string[], repeated: (index: number, name: string) => void): void {
  names.forEach((name, index) => {
    if (names.indexOf(name) !== index) repeated(index, name);
  });
}

export type Manifest = z.infer<typeof manifest>;

/** One thing that is wrong in a manifest: which field, and what. */
export interface ManifestProblem {
  /** Keys and indexes from the root of the document; `key` of a record or of an unknown field is the last one. */
  readonly path: readonly (string | number)[];
  /** Whether the problem is the last key itself, not its value. */
  readonly key: boolean;
  /** A sentence without subject and dot: `takes a number`. */
  readonly message: string;
}

export type ParsedManifest =
  | { readonly ok: true; readonly manifest: Manifest }
  | { readonly ok: false; readonly problems: readonly ManifestProblem[] };

/** A manifest from the value that `lab.yaml` holds. Files that it names are not looked for here. */
export function parseManifest(value: unknown): ParsedManifest {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { ok: false, problems: [{ path: [], key: false, message: 'is a mapping of fields such as id: and title:' }] };
  const parsed = manifest.safeParse(value, { reportInput: false });
  if (parsed.success) return { ok: true, manifest: parsed.data };
  return { ok: false, problems: parsed.error.issues.flatMap(problemsOf) };
}

/** A table of policy tests from the value that its file holds. */
export function parsePolicyTests(
  value: unknown,
):
  | { readonly ok: true; readonly tests: readonly LabPolicyTest[] }
  | { readonly ok: false; readonly problems: readonly ManifestProblem[] } {
  const parsed = policyTestList.safeParse(value, { reportInput: false });
  return parsed.success
    ? { ok: true, tests: parsed.data }
    : { ok: false, problems: parsed.error.issues.flatMap(problemsOf) };
}

function problemsOf(issue: z.core.$ZodIssue): ManifestProblem[] {
  const path = issue.path as (string | number)[];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ path: [...path, key], key: true, message: 'is no field here' }));
    case 'invalid_key':
      return issue.issues.map(({ message }) => ({ path, key: true, message }));
    case 'invalid_type':
      return [{ path, key: false, message: isOwn(issue.message) ? issue.message : TYPES[issue.expected] ?? `takes ${issue.expected}` }];
    case 'invalid_union': {
      // The alternative that went deepest is the one that was meant.
      const deepest = issue.errors.flat().sort((a, b) => b.path.length - a.path.length)[0];
      return deepest !== undefined && deepest.path.length > 0
        ? problemsOf({ ...deepest, path: [...path, ...deepest.path] })
        : [{ path, key: false, message: issue.message }];
    }
    case 'too_big':
    case 'too_small':
      return [{ path, key: false, message: isOwn(issue.message) ? issue.message : sizeMessage(issue) }];
    default:
      return [{ path, key: false, message: issue.message }];
  }
}

const TYPES: { readonly [type: string]: string } = {
  string: 'takes a text; put quotation marks around it where YAML sees a number or a date',
  number: 'takes a number',
  int: 'takes a whole number',
  boolean: 'takes true or false',
  array: 'takes a list',
  object: 'takes a mapping of fields',
  record: 'takes a mapping of fields',
};

/** Zod's own words begin with a capital letter; ours are the rest of a sentence. */
function isOwn(message: string): boolean {
  return !/^[A-Z]/.test(message);
}

function sizeMessage(issue: z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall): string {
  const what = issue.origin === 'string' ? ' characters' : issue.origin === 'array' ? ' entries' : '';
  return issue.code === 'too_big'
    ? `takes ${String(issue.maximum)}${what} at most`
    : `takes ${String(issue.minimum)}${what} at least`;
}

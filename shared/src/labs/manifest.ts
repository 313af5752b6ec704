/**
 * The manifest of a lab pack, `lab.yaml`, as data: format 1. `docs/labs.md` explains each field with an example.
 *
 * What a field may hold is said here once; the types that the rest of the program uses are those that parsing gives. Defaults are filled
 * in, sugar (`attack`, `honest`) is left as the author wrote it: `checkRecipes.ts` on the server makes runs of both. Unknown fields are errors, because
 * a misspelt expectation that is ignored would pass every submission.
 */
import * as z from 'zod';
import { packPath } from './packPath.ts';
import { parameterSpec } from './parameters.ts';
import { check, type LabPolicyTest, policyTestList } from './checkSpec.ts';
import { serviceAddress } from './expectSpec.ts';
import {
  limits,
  MAX_ENTRIES,
  MAX_WORLD_FILES,
  prose,
  short,
  slug,
  text,
  worldPath,
} from './manifestFields.ts';

/** The only format there is; a pack of a later one is refused rather than half understood. */
export const LAB_FORMAT = 1;

/** Checks of one lab: more than a student reads, and few enough that all of them run within a minute or so. */
export const MAX_CHECKS = 60;

/** Services of one lab: each keeps what was said to it. */
const MAX_SERVICES = 16;

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
  .refine(
    ({ text: inline, file }) => (inline === undefined) !== (file === undefined),
    "needs 'text' or 'file', and not both",
  );

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
    ({ reply, echo, script, silent }) =>
      [reply, echo, script, silent].filter((each) => each !== undefined).length === 1,
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
      .refine(
        (all) => Object.keys(all).length <= MAX_WORLD_FILES,
        `names ${String(MAX_WORLD_FILES)} files at most`,
      )
      .default({}),
    services: z.array(service).max(MAX_SERVICES).default([]),
    parameters: z
      .record(
        z.string().regex(/^[a-zA-Z]\w{0,40}$/, 'is named by letters and digits, from a letter on'),
        parameterSpec,
      )
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
    unique(
      lab.wrong.map(({ name }) => name),
      (index, name) => say(['wrong', index, 'name'], `${name} is the name of two`),
    );
    unique(
      lab.files.map(({ path }) => path),
      (index, path) => say(['files', index, 'path'], `${path} is listed twice`),
    );
    unique(
      lab.services.map(({ address }) => address),
      (index, address) => say(['services', index, 'address'], `${address} is listed twice`),
    );
    if (!lab.files.some(({ path }) => path === lab.script))
      say(['script'], `${lab.script} is not among files`);
    if (lab.checks.every(({ weight }) => weight === 0))
      say(['checks'], 'all weigh nothing: no points can be had');
    const addresses = new Set(lab.services.map(({ address }) => address));
    lab.checks.forEach(({ expect: expected, harm: harmful }, index) => {
      for (const [field, sent] of [
        ['expect', expected?.sent],
        ['harm', harmful?.sent],
      ] as const)
        sent?.forEach(({ to }, at) => {
          if (!addresses.has(to))
            say(['checks', index, field, 'sent', at, 'to'], `there is no service ${to}`);
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
    return {
      ok: false,
      problems: [{ path: [], key: false, message: 'is a mapping of fields such as id: and title:' }],
    };
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
      return [
        {
          path,
          key: false,
          message: isOwn(issue.message)
            ? issue.message
            : (TYPES[issue.expected] ?? `takes ${issue.expected}`),
        },
      ];
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

/**
 * The world that a policy describes: mounts, quotas, identity, limits and modules, checked and made into what the controller takes.
 *
 * Every mistake names the field as the student wrote it; where that stands is found by `policyDescription.ts`.
 */
import { RUN_LIMITS } from '@sandtable/shared/limits';
import type { WorldSpec } from '@sandtable/shared/policy/model';
import { byteLength, canonicalText } from '@sandtable/shared/text';
import { z } from 'zod';

/** Bytes of all files that a policy brings: what belongs to a bench is a file of the bench. */
const MAX_POLICY_FILES_CHARS = 256 * 1024;

const absolutePath = z
  .string()
  .max(1000)
  .refine(
    (path) =>
      path.startsWith('/') &&
      !path.includes('\0') &&
      (path === '/' ||
        path
          .slice(1)
          .split('/')
          .every((part) => part !== '' && part !== '.' && part !== '..')),
    { error: "must be an absolute path without '.', '..' or empty parts, such as '/tmp'" },
  );
const relativePath = z
  .string()
  .max(1000)
  .refine(
    (path) =>
      !path.includes('\0') && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..'),
    { error: "must be a path below the mount without '.', '..' or empty parts, such as 'data/notes.txt'" },
  );

const amount = z.number().int().nonnegative();

const mount = z.strictObject({
  mode: z.enum(['read-write', 'read-only', 'lecture']).default('read-only'),
  files: z.record(relativePath, z.string()).optional(),
});

/** Names that belong to the interpreter: through them a policy could run code before the guest's own begins. */
const RESERVED_ENV = /^(?:PYTHON|PYPY|LD_|GCONV|LOCPATH|TZ$)/;

/** PyPy does not get through its start with less. */
const MIN_HEAP_BYTES = 16 * 1024 * 1024;

/** Half a second is a time; half a thread is a slip of the pen. */
const limits = z.strictObject(
  Object.fromEntries(
    Object.entries(RUN_LIMITS).map(([name, { unit }]) => [
      name,
      (unit === 'seconds'
        ? z.number().positive()
        : z
            .number()
            .int()
            .min(name === 'heapBytes' ? MIN_HEAP_BYTES : 1)
      ).optional(),
    ]),
  ),
);

/** The platform fills some places itself. */
const mountPoint = absolutePath.refine((path) => path !== '/' && !/^\/(?:bin|dev|proc)(?:\/|$)/.test(path), {
  error: 'belongs to the platform; mount somewhere else, such as /tmp or /data',
});

/** Python's own names; what they lead to is looked up in the interpreter's library alone. */
const moduleName = z
  .string()
  .max(100)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*$/, {
    error: "must be the name of a module, such as 'json'",
  });

/** Modules that a start may name: more than a program of a lab imports, few enough that every start stays a fraction of a second. */
const MAX_MODULES = 50;

const world = z.object({
  mounts: z.record(mountPoint, mount).default({}),
  quotas: z
    .strictObject({
      fileBytes: amount.optional(),
      totalBytes: amount.optional(),
      files: amount.optional(),
      descriptors: amount.optional(),
    })
    .default({}),
  identity: z
    .strictObject({
      hostname: z
        .string()
        .min(1)
        .max(63)
        .regex(/^[A-Za-z0-9.-]+$/, { error: 'may have letters, digits, dots and hyphens' })
        .optional(),
      uid: amount.max(65_535).optional(),
      gid: amount.max(65_535).optional(),
      user: z
        .string()
        .min(1)
        .max(31)
        .regex(/^[a-z_][a-z0-9_-]*$/, { error: 'may have small letters, digits, _ and -' })
        .optional(),
      env: z
        .record(
          z
            .string()
            .max(100)
            .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
            .refine((name) => !RESERVED_ENV.test(name), {
              error: 'belongs to the interpreter and cannot be set',
            }),
          z
            .string()
            .max(4096)
            .refine((value) => !value.includes('\0'), { error: 'must not contain NUL' }),
        )
        .refine((env) => Object.keys(env).length <= 100, { error: 'may have 100 variables' })
        .optional(),
    })
    .default({}),
  limits: limits.default({}),
  modules: z.array(moduleName).max(MAX_MODULES).optional(),
  runtime: z.enum(['allow', 'rules']).default('allow'),
});

export type WorldFields = z.infer<typeof world>;

/** `path`: the names of the fields, from the policy's own down to the one that is wrong. */
export interface FieldMistake {
  readonly path: readonly string[];
  readonly message: string;
}

/** Each field by itself, those of a world among all that a policy has; what the files come to together {@link overfull} says. */
export function readWorld(raw: {
  readonly [field: string]: unknown;
}):
  | { readonly ok: true; readonly fields: WorldFields }
  | { readonly ok: false; readonly mistakes: readonly FieldMistake[] } {
  const parsed = world.safeParse(raw);
  if (parsed.success) return { ok: true, fields: parsed.data };
  return {
    ok: false,
    mistakes: parsed.error.issues.map((issue) => ({
      path: issuePath(issue),
      message: `${issueName(issue)} ${issueText(issue)}.`,
    })),
  };
}

/** What no run could begin with: files of mounts beyond our own limit, or beyond the policy's quotas. */
export function overfull(fields: WorldFields): readonly FieldMistake[] {
  const mistakes: FieldMistake[] = [];
  const files = Object.values(fields.mounts).flatMap((each) => Object.values(each.files ?? {}));
  if (files.reduce((sum, each) => sum + each.length, 0) > MAX_POLICY_FILES_CHARS) {
    mistakes.push({
      path: ['files'],
      message: `The files of a policy may have ${MAX_POLICY_FILES_CHARS / 1024} KiB together; put larger ones into the bench.`,
    });
  }
  const small = smallQuota(fields);
  if (small !== null) mistakes.push({ path: ['quotas', small.name], message: small.message });
  return mistakes;
}

export function worldOf({ mounts, quotas, identity, limits: asked, modules }: WorldFields): WorldSpec {
  return {
    mounts: Object.entries(mounts).map(([at, { mode, files }]) => ({
      at: canonicalText(at),
      mode,
      ...(files === undefined
        ? {}
        : {
            files: Object.fromEntries(
              Object.entries(files).map(([name, content]) => [canonicalText(name), canonicalText(content)]),
            ),
          }),
    })),
    quotas: defined(quotas),
    identity: defined(identity),
    limits: defined(asked),
    ...(modules === undefined ? {} : { modules }),
  };
}

/** Without the keys that are undefined, which optional properties do not allow for. */
function defined<T extends object>(value: T): never {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as never;
}

/** A quota that the files of the policy's own mounts exceed: no run could begin. Folders count as they do for the guest. */
function smallQuota({
  mounts,
  quotas,
}: WorldFields): { readonly name: 'totalBytes' | 'files'; readonly message: string } | null {
  const begins = Object.entries(mounts)
    .filter(([, { files = {} }]) => Object.keys(files).length > 0)
    .map(([at, { files = {} }]) => ({ at, ...takenBy(files) }));
  for (const name of ['totalBytes', 'files'] as const) {
    const quota = quotas[name];
    const taken = begins.reduce((sum, each) => sum + each[name], 0);
    if (quota === undefined || taken <= quota) continue;
    const unit = name === 'files' ? 'names' : 'bytes';
    const each = begins.map((mount) => `${String(mount[name])} in ${mount.at}`).join(', ');
    return {
      name,
      message: `quotas.${name} is ${String(quota)}, but the files that mounts begin with are ${String(taken)} ${unit} already (${each}): no run could begin.`,
    };
  }
  return null;
}

function takenBy(files: { readonly [path: string]: string }): {
  readonly totalBytes: number;
  readonly files: number;
} {
  const names = new Set<string>();
  for (const path of Object.keys(files)) {
    const parts = path.split('/').filter((part) => part !== '' && part !== '.' && part !== '..');
    parts.forEach((_, k) => names.add(parts.slice(0, k + 1).join('/')));
  }
  return {
    totalBytes: Object.values(files).reduce((sum, text) => sum + byteLength(text), 0),
    files: names.size,
  };
}

// ---- mistakes in words ----

type Issue = z.core.$ZodIssue;

/** The path of the innermost field that stands in the source. */
function issuePath(issue: Issue): readonly string[] {
  const path = issue.path.map(String);
  return issue.code === 'unrecognized_keys' ? [...path, issue.keys[0] ?? ''] : path;
}

function issueName(issue: Issue): string {
  const path = issuePath(issue);
  return `'${path.map((part, k) => (/^[A-Za-z_]\w*$/.test(part) ? (k === 0 ? part : `.${part}`) : `['${part}']`)).join('')}'`;
}

function issueText(issue: Issue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return 'does not exist';
    case 'invalid_key':
      return issue.issues[0]?.message ?? 'is no valid name';
    case 'invalid_type':
      return `must be ${issue.expected === 'int' ? 'a whole number' : issue.expected === 'record' || issue.expected === 'object' ? 'an object' : `a ${issue.expected}`}`;
    case 'invalid_value':
      return `must be ${issue.values.map((value) => `'${String(value)}'`).join(' or ')}`;
    case 'too_small':
      return `must be ${issue.inclusive === true ? 'at least' : 'more than'} ${String(issue.minimum)}`;
    case 'too_big':
      return `must be at most ${String(issue.maximum)}`;
    default:
      return issue.message;
  }
}

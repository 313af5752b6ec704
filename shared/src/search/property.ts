/**
 * Properties: what a person says can never happen, as data. A search looks for calls that a policy allows and that break one.
 *
 * | kind        | says                                                                                                  |
 * |-------------|-------------------------------------------------------------------------------------------------------|
 * | `never`     | nothing `inside` these places (or `outside` them) is ever opened for writing or changed, or ever read   |
 * | `unchanged` | what stands at these places stays what it is: same bytes, same name, same permissions                  |
 * | `unread`    | the guest never sees a byte of what stood there, whatever its name is by then, nor a list of it        |
 * | `flow`      | no bytes of what stood at `from` ever reach a sink: `terminal`, `socket`, or files by their places     |
 *
 * Places are globs as in the rules of a policy; one without any sign of a glob stands for itself and all that is below it. Devices,
 * /proc and the interpreter's own library are no places of a property.
 */
import * as z from 'zod';
import { compileGlob } from '../policy/glob.ts';

const MAX_PLACES = 20;
/** A property comes with a few small files at most; what is larger belongs into the mounts of the policy. */
const MAX_FILE_CHARS = 100_000;
const MAX_FILES = 50;

/** Signs of a glob; without them a place stands for all that is below it as well. */
const GLOB_SIGN = /[*?[\]{}\\]/;

const place = z
  .string({ error: 'takes a place, such as /tmp/notes.txt or /tmp/secret/**' })
  .refine((text) => text.startsWith('/'), { error: 'begins with a slash: a place is named from the root' })
  .superRefine((text, context) => {
    if (!text.startsWith('/')) return;
    for (const glob of globsOf(text)) {
      const compiled = compileGlob(glob);
      if (!compiled.ok) context.addIssue({ code: 'custom', message: compiled.message });
    }
  });

/** One of them, or a list. */
function some<T extends z.ZodType>(one: T, error: string) {
  return z.preprocess(
    (value) => (typeof value === 'string' ? [value] : value),
    z.array(one, { error }).min(1, { error }).max(MAX_PLACES),
  );
}

const places = some(place, 'takes a place, or a list of places');

const sink = z.union([z.enum(['terminal', 'socket']), place], {
  error: "takes 'terminal', 'socket', or a place",
});

const never = z
  .strictObject({
    access: z.enum(['read', 'write'], { error: "takes 'read' or 'write'" }),
    inside: places.optional(),
    outside: places.optional(),
  })
  .refine(({ inside, outside }) => (inside === undefined) !== (outside === undefined), {
    error: "needs 'inside' or 'outside', and not both",
  });

const flow = z.strictObject({
  from: places,
  to: some(sink, "takes 'terminal', 'socket', a place, or a list of these").default(['terminal', 'socket']),
});

const KINDS = ['never', 'unchanged', 'unread', 'flow'] as const;

const spec = z
  .strictObject({
    says: z.string().min(1).max(300).optional(),
    never: never.optional(),
    unchanged: places.optional(),
    unread: places.optional(),
    flow: flow.optional(),
    files: z
      .record(place, z.string().max(MAX_FILE_CHARS))
      .refine((files) => Object.keys(files).length <= MAX_FILES, {
        error: `may name ${String(MAX_FILES)} files`,
      })
      .optional(),
  })
  .refine((each) => KINDS.filter((kind) => each[kind] !== undefined).length === 1, {
    error: `needs one of ${KINDS.join(', ')}, and only one`,
  });

export type Claim =
  | {
      readonly kind: 'never';
      readonly access: 'read' | 'write';
      readonly where: 'inside' | 'outside';
      readonly places: readonly string[];
    }
  | { readonly kind: 'unchanged'; readonly places: readonly string[] }
  | { readonly kind: 'unread'; readonly places: readonly string[] }
  | { readonly kind: 'flow'; readonly places: readonly string[]; readonly to: readonly string[] };

export interface Property {
  readonly claim: Claim;
  /** In the author's words, or in ours. */
  readonly says: string;
  /** What stands in the world beside what the policy puts there: absolute path and text. */
  readonly files: { readonly [path: string]: string };
}

export type ParsedProperty =
  | { readonly ok: true; readonly property: Property }
  /** Each problem names the field that it is about. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** A property from the value that a file of YAML or JSON holds. */
export function parseProperty(value: unknown): ParsedProperty {
  const parsed = spec.safeParse(value, { reportInput: false });
  if (!parsed.success) return { ok: false, problems: parsed.error.issues.map(problemOf) };
  const { says, files, ...rest } = parsed.data;
  const claim = claimOf(rest);
  return { ok: true, property: { claim, says: says ?? claimWords(claim), files: files ?? {} } };
}

function problemOf(issue: z.core.$ZodIssue): string {
  const field = issue.path.join('.').replace(/\.0$/, '');
  const unknown =
    issue.code === 'unrecognized_keys' ? `has no field ${issue.keys.join(', ')}` : issue.message;
  return field === '' ? `A property ${unknown}.` : `${field} ${unknown}.`;
}

function claimOf(data: Omit<z.infer<typeof spec>, 'says' | 'files'>): Claim {
  if (data.never !== undefined) {
    const { access, inside, outside } = data.never;
    return {
      kind: 'never',
      access,
      where: inside === undefined ? 'outside' : 'inside',
      places: inside ?? outside ?? [],
    };
  }
  if (data.flow !== undefined) return { kind: 'flow', places: data.flow.from, to: data.flow.to };
  if (data.unchanged !== undefined) return { kind: 'unchanged', places: data.unchanged };
  return { kind: 'unread', places: data.unread ?? [] };
}

/** The property as a sentence. */
export function claimWords(claim: Claim): string {
  const where = claim.places.join(' or ');
  switch (claim.kind) {
    case 'never':
      return `Nothing ${claim.where} ${where} is ever ${claim.access === 'write' ? 'opened for writing or changed' : 'read'}.`;
    case 'unchanged':
      return `${where} is never changed, removed, renamed or replaced.`;
    case 'unread':
      return `Nothing of ${where} is ever read.`;
    case 'flow':
      return `No bytes of ${where} ever reach ${claim.to.join(' or ')}.`;
  }
}

/** Whether a resolved path is one of these places; they were checked when the property was parsed. */
export function placeMatcher(named: readonly string[]): (path: string) => boolean {
  const all = named.flatMap(globsOf).map((glob) => {
    const compiled = compileGlob(glob);
    if (!compiled.ok) throw new Error(`property.ts: a glob that was not checked: ${glob}`);
    return compiled.matches;
  });
  return (path) => all.some((matches) => matches(path));
}

function globsOf(named: string): string[] {
  if (GLOB_SIGN.test(named)) return [named];
  const bare = named.replace(/\/+$/, '');
  return bare === '' ? ['/**'] : [bare, `${bare}/**`];
}

/** What is nobody's file: no property speaks of it. */
const PLATFORM = /^\/(bin|dev|proc)(\/|$)/;

/** Whether the path names something that properties speak of. */
export function isPlace(path: string): boolean {
  return path.startsWith('/') && !PLATFORM.test(path);
}

/** Whether the claim forbids this kind of access there, by name alone. */
export function forbids(claim: Claim): (path: string) => boolean {
  const matches = placeMatcher(claim.places);
  return claim.kind === 'never' && claim.where === 'outside'
    ? (path) => isPlace(path) && !matches(path)
    : (path) => isPlace(path) && matches(path);
}

/** Kinds of fields that stand in several places of a manifest. */
import * as z from 'zod';
import { compileGlob } from '../policy/glob.ts';

/** Files that a lab may put into a guest's world beside the bench; larger worlds belong into a mount. */
export const MAX_WORLD_FILES = 100;

/** Characters of a text that stands in the manifest itself; longer ones belong into a file of the pack. */
export const MAX_TEXT = 20_000;

/** Characters of a regular expression: one that is longer cannot be read by whoever has to mend it. */
const MAX_REGEX = 1_000;

/** Entries of the small lists: goals, expectations, hints. */
export const MAX_ENTRIES = 50;

export const short = z.string().trim().min(1, 'needs some words').max(200, 'takes 200 characters at most');
export const prose = z
  .string()
  .trim()
  .min(1, 'needs some words')
  .max(4_000, 'takes 4,000 characters at most');
export const text = z
  .string()
  .max(MAX_TEXT, `takes ${String(MAX_TEXT)} characters at most; put more into a file`);

/** Small letters, digits and hyphens, from a letter on: ids stand in addresses, folders and files of results. */
export const slug = z
  .string()
  .max(64, 'takes 64 characters at most')
  .regex(
    /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
    'takes small letters, digits and single hyphens, such as writing-files',
  );

const guestPath = z
  .string()
  .max(1_000)
  .refine((path) => path.startsWith('/'), 'begins with a slash: the guest names files from the root')
  .refine((path) => !path.includes('\0'), 'holds no NUL');

/** Below `/bin`, `/dev` and `/proc` the platform itself fills the world. */
export const worldPath = guestPath
  .refine((path) => path === '/' || !path.endsWith('/'), 'names a file, so it does not end with a slash')
  .refine(
    (path) =>
      path
        .split('/')
        .slice(1)
        .every((part) => part !== '' && part !== '.' && part !== '..'),
    'has no empty, . or .. parts',
  )
  .refine((path) => !/^\/(bin|dev|proc)(\/|$)/.test(path), 'lies in a folder that the platform fills itself');

export const pathGlob = z.string().superRefine((glob, context) => {
  // Parameters stand for parts of names, never for the root.
  const compiled = compileGlob(glob.replaceAll(/\{\{[a-zA-Z]\w*\}\}/g, 'x'));
  if (!compiled.ok) context.addIssue({ code: 'custom', message: compiled.message });
});

export const regex = z
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

export function oneOrMore<T extends z.ZodType>(one: T) {
  return z.preprocess(
    (value) => (Array.isArray(value) || value === undefined ? value : [value]),
    z.array(one).min(1, 'needs at least one').max(MAX_ENTRIES),
  );
}

// ---- limits ------------------------------------------------------------------------------------------------------

export const positive = z.number({ error: 'takes a number' }).positive('takes a number above 0');

export const limits = z.strictObject({
  heapBytes: positive.optional(),
  cpuSeconds: positive.optional(),
  wallSeconds: positive.optional(),
  outputBytes: positive.optional(),
  callsPerSecond: positive.optional(),
  threads: positive.optional(),
  traceBytes: positive.optional(),
});

export type LabLimits = z.infer<typeof limits>;

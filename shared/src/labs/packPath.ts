/** Paths of files in a lab pack: relative, with `/`, safe on every system that a zip may be unpacked on. */
import * as z from 'zod';

/** Names that a folder of the pack may have at its top; what lies beside them is an error, so that nothing is shipped by mistake. */
export const PACK_FOLDERS = ['starter', 'hidden', 'checks', 'attacks', 'solution', 'wrong'] as const;

export const MANIFEST_FILE = 'lab.yaml';
export const TASK_FILE = 'README.md';

/** Why a path cannot be one of a pack; null where it can. */
export function packPathProblem(path: string): string | null {
  if (path === '' || path.length > 300) return 'takes 1 to 300 characters';
  if (path.startsWith('/') || /^[a-zA-Z]:/.test(path)) return 'is relative to the folder of the pack';
  if (path.includes('\\')) return 'is written with slashes';
  // What no file system of any student can hold, and what would turn the direction of a listing.
  if (/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff:*?"<>|]/.test(path))
    return 'has a character that not every file system takes';
  for (const part of path.split('/'))
    if (part === '' || part === '.' || part === '..' || part.length > 200)
      return 'has no empty, . or .. parts';
  return null;
}

export const packPath = z.string().superRefine((path, context) => {
  const problem = packPathProblem(path);
  if (problem !== null) context.addIssue({ code: 'custom', message: problem });
});

/** The one word on saving for the status bar: the worst that is true of any file. */
import type { SaveStatus, WorkFiles } from './workFile.ts';

export type SaveBadge =
  | { readonly kind: 'saved'; readonly at: string | null }
  | { readonly kind: 'saving' }
  | { readonly kind: 'offline'; readonly files: number; readonly kept: boolean }
  | { readonly kind: 'conflict'; readonly path: string }
  | { readonly kind: 'refused'; readonly path: string; readonly problem: string };

/** `kept`: whether unsaved edits would survive closing this tab. */
export function saveBadge(files: WorkFiles, kept: boolean): SaveBadge {
  const all = Object.values(files);
  const first = (status: SaveStatus) => all.find((file) => file.status === status);
  const conflict = first('conflict');
  if (conflict !== undefined) return { kind: 'conflict', path: conflict.path };
  const refused = first('refused');
  if (refused !== undefined) return { kind: 'refused', path: refused.path, problem: refused.problem ?? '' };
  const offline = all.filter((file) => file.status === 'offline').length;
  if (offline > 0) return { kind: 'offline', files: offline, kept };
  if (all.some((file) => file.status !== 'saved')) return { kind: 'saving' };
  const at = all.reduce<string | null>((newest, file) => {
    return file.savedAt !== null && (newest === null || file.savedAt > newest) ? file.savedAt : newest;
  }, null);
  return { kind: 'saved', at };
}

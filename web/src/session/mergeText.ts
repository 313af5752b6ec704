/**
 * Three-way merge of two edits of one text, line by line.
 *
 * Each side is taken as one changed stretch between what it kept at the top and what it kept at the bottom. Where the
 * stretches do not meet the result has both; where they do, a person has to choose. It NEVER drops a line silently.
 */

interface Stretch {
  /** Lines of the base that were replaced: [from, to). */
  readonly from: number;
  readonly to: number;
  readonly lines: readonly string[];
}

/** The text with both changes, or null where they touch the same or neighbouring lines in different ways. */
export function mergeText(base: string, mine: string, theirs: string): string | null {
  if (mine === theirs || theirs === base) return mine;
  if (mine === base) return theirs;
  const lines = base.split('\n');
  const left = stretchOf(lines, mine.split('\n'));
  const right = stretchOf(lines, theirs.split('\n'));
  const [first, second] = left.from <= right.from ? [left, right] : [right, left];
  if (
    first.to >= second.from &&
    !(first.to === second.from && first.to > first.from && second.to > second.from)
  )
    return null;
  return [
    ...lines.slice(0, first.from),
    ...first.lines,
    ...lines.slice(first.to, second.from),
    ...second.lines,
    ...lines.slice(second.to),
  ].join('\n');
}

function stretchOf(base: readonly string[], changed: readonly string[]): Stretch {
  const shorter = Math.min(base.length, changed.length);
  let from = 0;
  while (from < shorter && base[from] === changed[from]) from += 1;
  let kept = 0;
  while (kept < shorter - from && base[base.length - 1 - kept] === changed[changed.length - 1 - kept])
    kept += 1;
  return { from, to: base.length - kept, lines: changed.slice(from, changed.length - kept) };
}

/** The smallest single replacement that turns one text into the other: [from, to) of the old text becomes `text`. */
export function replacementOf(
  old: string,
  now: string,
): { readonly from: number; readonly to: number; readonly text: string } | null {
  if (old === now) return null;
  const shorter = Math.min(old.length, now.length);
  let from = 0;
  while (from < shorter && old.charCodeAt(from) === now.charCodeAt(from)) from += 1;
  let kept = 0;
  while (
    kept < shorter - from &&
    old.charCodeAt(old.length - 1 - kept) === now.charCodeAt(now.length - 1 - kept)
  )
    kept += 1;
  return { from, to: old.length - kept, text: now.slice(from, now.length - kept) };
}

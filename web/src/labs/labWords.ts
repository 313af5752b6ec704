/** How labs are spoken of. */

export const LEVELS = ['First steps', 'Basics', 'Advanced', 'Hard'] as const;

/** `level` from 1. */
export function levelWord(level: number): string {
  return LEVELS[level - 1] ?? `Level ${String(level)}`;
}

/** An id for a lab of this title; empty where the title has nothing that an id may have. */
export function idOfTitle(title: string): string {
  return title
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[\p{M}'’]/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[-0-9]+|-+$/g, '')
    .slice(0, 60)
    .replace(/-$/, '');
}

/** Points without more decimals than they have. */
export function pointsText(points: number): string {
  return String(Math.round(points * 100) / 100);
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long until a date: `3 days left`, `2 h 5 min left`, `over`. `now` in milliseconds. */
export function timeLeft(dueAt: string, now: number): string {
  const left = Date.parse(dueAt) - now;
  if (left <= 0) return 'over';
  if (left >= 2 * DAY) return `${String(Math.floor(left / DAY))} days left`;
  if (left >= HOUR) {
    const hours = Math.floor(left / HOUR);
    return `${String(hours)} h ${String(Math.floor((left - hours * HOUR) / MINUTE))} min left`;
  }
  return left < MINUTE ? 'less than a minute left' : `${String(Math.floor(left / MINUTE))} min left`;
}

export function dateText(iso: string): string {
  return new Date(iso).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });
}

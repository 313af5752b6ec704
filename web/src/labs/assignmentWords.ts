/** How the dates of an assignment are spoken of, on every page alike: when, whether it is over, and what can still be done. */
import { timeOf, type Dates } from '@sandtable/shared/labs/dates';
import { dateText, timeLeft } from './labWords.ts';

export interface OwnDates extends Dates {
  /** Whether the date is this person's alone. */
  readonly extended: boolean;
}

/** Without a full stop: `Due 3 May 2026, 12:00 (extended for you): 3 days left`. */
export function datesText(dates: OwnDates, now: number): string {
  const { opensAt, dueAt, extended } = dates;
  const due =
    dueAt === null ? 'no due date' : `due ${dateText(dueAt)}${extended ? ' (extended for you)' : ''}`;
  switch (timeOf(dates, now)) {
    case 'before':
      return `Opens ${dateText(opensAt ?? '')}; ${due}`;
    case 'over':
      return `Was ${due}: over`;
    case 'open':
      return dueAt === null ? 'No due date' : `D${due.slice(1)}: ${timeLeft(dueAt, now)}`;
  }
}

/** What is otherwise than usual, or null. `work`: what the person has of it. */
export function whatGoes(
  dates: Dates,
  work: { readonly handedIn: boolean } | null,
  now: number,
): string | null {
  switch (timeOf(dates, now)) {
    case 'before':
      return work === null
        ? 'You can begin when it opens.'
        : 'You can work and check; handing in goes on when it opens.';
    case 'over':
      return work?.handedIn === true
        ? 'What you handed in counts. You can work and check, not hand in.'
        : 'You handed in nothing. You can work and check, not hand in; whoever teaches the course can give you more time.';
    case 'open':
      return null;
  }
}

/** What is most pressing comes first: open with a date, open without, not open yet, over. */
export function byUrgency<T extends Dates>(assignments: readonly T[], now: number): readonly T[] {
  const rank = (dates: Dates): number => {
    const time = timeOf(dates, now);
    if (time === 'over') return 3;
    if (time === 'before') return 2;
    return dates.dueAt === null ? 1 : 0;
  };
  const moment = ({ opensAt, dueAt }: Dates): number => Date.parse(dueAt ?? opensAt ?? '') || 0;
  return [...assignments].sort((a, b) => {
    const by = rank(a) - rank(b);
    if (by !== 0) return by;
    // Of what is over the newest is looked for.
    return rank(a) === 3 ? moment(b) - moment(a) : moment(a) - moment(b);
  });
}

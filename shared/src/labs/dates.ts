/** When an assignment may be begun and handed in. Pure. */

export interface Dates {
  /** ISO 8601; null: from the beginning. */
  readonly opensAt: string | null;
  /** Null: always. */
  readonly dueAt: string | null;
}

/** The date that is a person's own: their extension, where it is later than everybody's. */
export function dueFor(dueAt: string | null, extendedTo: string | null): string | null {
  if (dueAt === null || extendedTo === null) return dueAt;
  return Date.parse(extendedTo) > Date.parse(dueAt) ? extendedTo : dueAt;
}

/** `now` in milliseconds. */
export function timeOf({ opensAt, dueAt }: Dates, now: number): 'before' | 'open' | 'over' {
  if (opensAt !== null && now < Date.parse(opensAt)) return 'before';
  return dueAt !== null && now > Date.parse(dueAt) ? 'over' : 'open';
}

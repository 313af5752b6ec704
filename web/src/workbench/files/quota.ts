/** How much of a quota is used, for the meter. */

export interface Amount {
  readonly used: number;
  /** Null where nobody said it: logs from before there were maxima. */
  readonly max: number | null;
  /** 0 to 100; 0 without a maximum. */
  readonly percent: number;
  readonly level: 'room' | 'nearly' | 'full';
}

/** Beyond this part of a quota a person should know, while something can still be done about it. */
const NEARLY_FULL = 0.8;

export function amountOf(used: number, max: number | undefined): Amount {
  if (max === undefined) return { used, max: null, percent: 0, level: 'room' };
  const share = used <= 0 ? 0 : max <= 0 ? 1 : Math.min(1, used / max);
  const level = used >= max ? 'full' : share >= NEARLY_FULL ? 'nearly' : 'room';
  return { used, max, percent: share * 100, level };
}

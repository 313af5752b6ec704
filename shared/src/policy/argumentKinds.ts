/** What a value must be to stand as an argument of a kind. */
import type { ArgKind } from '../calls.ts';
import type { PlainValue } from './model.ts';

export const isWhole = (value: PlainValue): boolean => Number.isSafeInteger(value);
export const isText = (value: PlainValue): boolean => typeof value === 'string';

export const FITS_KIND: { readonly [kind in ArgKind]: (value: PlainValue) => boolean } = {
  fd: isWhole,
  dirfd: isWhole,
  flags: isWhole,
  mode: isWhole,
  int: isWhole,
  size: isWhole,
  offset: isWhole,
  signal: isWhole,
  path: isText,
  data: isText,
  text: isText,
  address: isText,
  seconds: (value) => typeof value === 'number' && Number.isFinite(value),
  struct: () => true,
};

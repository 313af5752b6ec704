/** Whether two plain values are the same all the way down; the order of names does not matter. */
import type { PlainValue } from './model.ts';

export function sameValue(a: PlainValue | undefined, b: PlainValue | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const left = Object.entries<PlainValue>(a);
  const right = b as { readonly [key: string]: PlainValue };
  return (
    Array.isArray(a) === Array.isArray(b) &&
    left.length === Object.keys(b).length &&
    left.every(([key, value]) => Object.hasOwn(right, key) && sameValue(value, right[key]))
  );
}

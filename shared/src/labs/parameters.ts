/**
 * Individual values of a lab: the same seed gives the same values for ever, another seed other ones.
 *
 * A value depends on the seed, the name of the parameter and its spec, and on nothing else: a parameter that is added to a lab changes no
 * other. The seed is text that nobody but the server knows (a work's seed is drawn at random), so who knows their own values knows
 * nothing of anybody else's. The generator is no cryptography: what matters is that a student cannot guess, not that a mathematician cannot.
 *
 * NEVER change the list of words, the generator, or the order of draws: grades are derived again from what is stored.
 */
import * as z from 'zod';
import { encodeText } from '../text.ts';
import { WORDS } from './parameterWords.ts';

/** Choices of one parameter. */
const MAX_CHOICES = 200;

const COMMON = {
  /** In checks it has another value than on the bench: what a student found out there is of no use to a script that should find it out here. */
  fresh: z.boolean().default(false),
};

const words = z.strictObject({
  ...COMMON,
  words: z.number().int().min(1).max(12),
  separator: z.string().max(3).default('-'),
});
const choose = z.strictObject({
  ...COMMON,
  choose: z.array(z.string().min(1).max(1_000)).min(2).max(MAX_CHOICES),
});
const number = z.strictObject({
  ...COMMON,
  number: z
    .tuple([z.number().int(), z.number().int()], {
      error: 'takes the smallest and the largest, such as [1000, 9999]',
    })
    .refine(
      ([least, most]) => least <= most && most - least < 2 ** 32,
      'takes the smallest and the largest, in this order',
    ),
});
const hex = z.strictObject({ ...COMMON, hex: z.number().int().min(1).max(64) });

/** How one parameter is drawn: `{ words: 3 }`, `{ choose: [a, b] }`, `{ number: [1000, 9999] }` or `{ hex: 16 }` (digits). */
export const parameterSpec = z.union([words, choose, number, hex], {
  error: 'takes { words: 3 }, { choose: [a, b] }, { number: [1000, 9999] } or { hex: 16 }',
});

export type ParameterSpec = z.infer<typeof parameterSpec>;

/** Name of a parameter → its value. */
export type ParameterValues = { readonly [name: string]: string };

/** The values of one work: on its bench, or in its checks. */
export function parameterValues(
  specs: { readonly [name: string]: ParameterSpec },
  seed: string,
  where: 'bench' | 'checks' = 'bench',
): ParameterValues {
  const values: Record<string, string> = {};
  for (const [name, spec] of Object.entries(specs)) {
    const own = spec.fresh && where === 'checks' ? `${seed}\nchecks` : seed;
    values[name] = valueOf(spec, drawerOf(`${own}\n${name}`));
  }
  return values;
}

/** A number below `bound` that depends on the texts alone: for choices of a lab that are no parameters. */
export function seededIndex(bound: number, ...texts: readonly string[]): number {
  return drawerOf(texts.join('\n'))(bound);
}

type Draw = (bound: number) => number;

function valueOf(spec: ParameterSpec, draw: Draw): string {
  if ('words' in spec) {
    const drawn: string[] = [];
    while (drawn.length < spec.words) {
      const word = WORDS[draw(WORDS.length)]!;
      if (!drawn.includes(word)) drawn.push(word);
    }
    return drawn.join(spec.separator);
  }
  if ('choose' in spec) return spec.choose[draw(spec.choose.length)]!;
  if ('number' in spec) {
    const [least, most] = spec.number;
    return String(least + draw(most - least + 1));
  }
  return Array.from({ length: spec.hex }, () => draw(16).toString(16)).join('');
}

/** Whole numbers below a bound, from a text: xoshiro128** whose state is four FNV-1a hashes of it, each with another beginning. */
function drawerOf(text: string): Draw {
  const bytes = encodeText(text);
  const state = [0, 1, 2, 3].map((k) => mixed(fnv1a(bytes, Math.imul(k, 0x9e3779b9) >>> 0)));
  const next = (): number => {
    const [a = 0, b = 0, c = 0, d = 0] = state;
    const result = Math.imul(rotated(Math.imul(b, 5), 7), 9) >>> 0;
    state[2] = c ^ a;
    state[3] = d ^ b;
    state[1] = b ^ state[2];
    state[0] = a ^ state[3];
    state[2] ^= b << 9;
    state[3] = rotated(state[3], 11);
    return result;
  };
  for (let k = 0; k < 16; k++) next();
  return (bound) => {
    // What would make small numbers more frequent is drawn again.
    const end = 2 ** 32 - (2 ** 32 % bound);
    for (;;) {
      const drawn = next();
      if (drawn < end) return drawn % bound;
    }
  };
}

function fnv1a(bytes: Uint8Array, start: number): number {
  let hash = (0x811c9dc5 ^ start) >>> 0;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

/** The last step of MurmurHash3: every bit of the hash comes to matter. Never 0 for all four, since their beginnings differ. */
function mixed(hash: number): number {
  let x = hash ^ (hash >>> 16);
  x = Math.imul(x, 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

function rotated(x: number, by: number): number {
  return ((x << by) | (x >>> (32 - by))) >>> 0;
}

const PLACEHOLDER = /\{\{([a-zA-Z]\w*)\}\}/g;

/** Puts values in the place of `{{name}}`; what is no name of a parameter stays as it is. */
export function fillIn(
  text: string,
  values: ParameterValues,
  escape: (value: string) => string = (value) => value,
): string {
  return text.replaceAll(PLACEHOLDER, (whole, name: string) =>
    Object.hasOwn(values, name) ? escape(values[name]!) : whole,
  );
}

/** Names between double braces in a text. */
export function placeholdersIn(text: string): readonly string[] {
  return [...text.matchAll(PLACEHOLDER)].map(([, name]) => name!);
}

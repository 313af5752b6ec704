/**
 * Names that a search tries, each simplest first, since shrinking goes to the front: what the property forbids, what lies around it, where a
 * guest may write, the words of the policy itself, and the spellings that fool checks of text.
 */
import { posix } from 'node:path';
import { forbids, isPlace, type Property } from '@sandtable/shared/search/property';
import type { WorldSpec } from '@sandtable/shared/policy/model';
import { initialFiles, type SearchLab } from './searchLab.ts';

export const SCRIPT_PATH = '/tmp/script.py';

export interface Places {
  /** What the property forbids to touch: files first, then folders. */
  readonly targets: readonly string[];
  /** New names in places where a guest may write. */
  readonly fresh: readonly string[];
  /** Everything else that stands in the world. */
  readonly others: readonly string[];
}

/** Words of the policy that are looked at; a source has some hundred. */
const MAX_WORDS = 40;

/** What there is to try under this policy. `source` is read for its words only. */
export function placesOf(source: string, world: WorldSpec, property: Property, lab?: SearchLab): Places {
  const files = [...initialFiles(world, property, lab, true).keys()];
  const folders = new Set<string>(['/tmp', ...world.mounts.map(({ at }) => at)]);
  for (const file of files)
    for (let at = posix.dirname(file); at !== '/'; at = posix.dirname(at)) folders.add(at);
  const known = [...files, ...folders];
  const literal = property.claim.places.filter((each) => !/[*?[\]{}\\]/.test(each));
  const words = wordsOf(source).filter((word) => word.startsWith('/') && isPlace(word));
  const forbidden = forbids(property.claim);
  const writable = [
    ...new Set(['/tmp', ...world.mounts.filter(({ mode }) => mode === 'read-write').map(({ at }) => at)]),
  ];
  const endings = wordsOf(source).filter((word) => /^\.[a-z0-9]{1,6}$/i.test(word));
  const inside = writable.flatMap((at) =>
    ['a', 'b', ...endings.map((ending) => `a${ending}`)].map((name) => `${at}/${name}`),
  );
  const forbiddenNew = folders.size > 0 ? [...folders].map((at) => `${at}/new`).filter(forbidden) : [];
  const targets = unique(
    [...known, ...literal, ...words.filter(forbidden), ...forbiddenNew, ...besides(literal)].filter(
      forbidden,
    ),
  );
  return {
    targets,
    fresh: unique(
      inside.filter((path) => !forbidden(path) && !known.includes(path)).concat('/tmp/a', '/tmp/b'),
    ),
    others: unique([...known, ...words].filter((path) => !targets.includes(path) && path !== SCRIPT_PATH)),
  };
}

/** New names beside the places: also where nothing else stands there is something to try for who forbids what is outside of them. */
function besides(literal: readonly string[]): string[] {
  return [...literal.map((place) => `${place.replace(/\/+$/, '')}2/new`), '/new'];
}

function unique(all: readonly string[]): string[] {
  return [...new Set(all)];
}

/** Text between quotes: what a check of the policy compares with. */
function wordsOf(source: string): string[] {
  const words = [...source.matchAll(/'([^'\n\\]{1,60})'|"([^"\n\\]{1,60})"|`([^`$\n\\]{1,60})`/g)].map(
    (match) => (match[1] ?? match[2] ?? match[3])!.replace(/\/\*+$/, ''),
  );
  return unique(words).slice(0, MAX_WORDS);
}

/** Other spellings of one place, and names that only look like it. */
export function spellings(target: string, allowed: readonly string[]): string[] {
  const folder = posix.dirname(target);
  const name = posix.basename(target);
  const starts = allowed.map((path) => posix.dirname(path));
  return unique([
    ...starts.map((from) => `${from}${'/..'.repeat(from.split('/').length - 1)}${target}`),
    ...starts.map((from) => posix.relative(from, target)),
    `/${target}`,
    `${folder === '/' ? '' : folder}//${name}`,
    `${folder === '/' ? '' : folder}/./${name}`,
    `${target}/`,
    `${target}/.`,
    `${folder === '/' ? '' : folder}/${name}/../${name}`,
    target.toUpperCase(),
    target.normalize('NFD'),
    target.normalize('NFKC'),
    target.replace(/[a-z]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0)),
    `${target}\0`,
    `${allowed[0] ?? '/tmp/a'}\0${target}`,
    `${'/.'.repeat(1500)}${target}`,
    `/tmp/${'n'.repeat(256)}/../..${target}`,
  ]);
}

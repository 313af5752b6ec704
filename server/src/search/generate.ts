/** Arbitrary attacks. Each keeps to one forbidden place, what lies around it and two new names, so that its steps meet. */
import { posix } from 'node:path';
import fc from 'fast-check';
import type { Claim } from '@sandtable/shared/search/property';
import {
  O_APPEND,
  O_CREAT,
  O_EXCL,
  O_NOFOLLOW,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
} from '../sandbox/vfs/index.ts';
import { spellings, type Places } from './places.ts';
import type { Data, Ref, Step } from './steps.ts';

/** Steps of one attempt; what takes more is shrunk to few anyway, and rarely found at random. */
const MAX_STEPS = 6;

/** Descriptors that a step may speak of. */
const ref: fc.Arbitrary<Ref> = fc.constantFrom(0, 1, 2);
const at: fc.Arbitrary<Ref | null> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: ref },
);

const flags = fc.constantFrom(
  O_WRONLY,
  O_RDONLY,
  O_RDWR,
  O_RDONLY | O_TRUNC,
  O_RDONLY,
  O_WRONLY | O_APPEND,
  O_WRONLY | O_CREAT,
  O_WRONLY | O_TRUNC,
  O_RDONLY | O_CREAT,
  O_WRONLY | O_CREAT | O_EXCL,
  O_WRONLY | O_NOFOLLOW,
);

/** To read something takes no more than to open it. */
const readingFlags = fc.oneof(
  { weight: 5, arbitrary: fc.constant(O_RDONLY) },
  { weight: 1, arbitrary: flags },
);

const own: fc.Arbitrary<Data> = fc.constant({ of: 'own' });
const anyRead: fc.Arbitrary<Data> = fc.record({
  of: fc.constant('read' as const),
  ref,
  part: fc.constantFrom('all' as const, 'first' as const, 'second' as const),
});

/** The kind of step that `D` belongs to. */
type Of<D extends Step['do'], S = Step> = S extends { readonly do: infer K }
  ? D extends K
    ? S
    : never
  : never;

export interface GeneratorOptions {
  readonly places: Places;
  readonly claim: Claim;
  /** Whether functions of the policy wait: then steps of two threads can meet. */
  readonly waits: boolean;
}

/** Null where there is nothing that the property could forbid. */
export function anyAttack(options: GeneratorOptions): fc.Arbitrary<readonly Step[]> | null {
  const { targets } = options.places;
  if (targets.length === 0) return null;
  return fc.constantFrom(...targets).chain((target) => attackOn(target, options));
}

function attackOn(target: string, { places, claim, waits }: GeneratorOptions): fc.Arbitrary<readonly Step[]> {
  const [first = '/tmp/a', second = '/tmp/b'] = places.fresh;
  const folder = posix.dirname(target);
  const name = posix.basename(target);
  const fresh = fc.oneof(
    { weight: 4, arbitrary: fc.constant(first) },
    { weight: 2, arbitrary: fc.constant(second) },
    { weight: 1, arbitrary: fc.constantFrom(...places.fresh) },
  );
  const around = fc.constantFrom(folder === '/' ? target : folder, ...places.others, ...places.targets);
  const path = fc.oneof(
    { weight: 6, arbitrary: fc.constant(target) },
    { weight: 5, arbitrary: fresh },
    { weight: 4, arbitrary: fc.constant(name) },
    { weight: 3, arbitrary: fc.constant(folder === '/' ? target : folder) },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        ...moved(target, [first, second]),
        posix.basename(first),
        posix.basename(second),
      ),
    },
    { weight: 2, arbitrary: around },
    { weight: 2, arbitrary: fc.constantFrom(...above(target)) },
    { weight: 5, arbitrary: fc.constantFrom(...spellings(target, places.fresh.slice(0, 2))) },
  );
  const reads =
    claim.kind === 'unread' || claim.kind === 'flow' || (claim.kind === 'never' && claim.access === 'read');
  const data =
    claim.kind === 'flow' ? fc.oneof({ weight: 1, arbitrary: own }, { weight: 5, arbitrary: anyRead }) : own;
  const step = <D extends Step['do']>(
    kind: D,
    rest: { [K in Exclude<keyof Of<D>, 'do'>]: fc.Arbitrary<Of<D>[K]> },
  ): fc.Arbitrary<Step> => fc.record({ do: fc.constant(kind), ...rest }) as unknown as fc.Arbitrary<Step>;
  const thread = waits ? fc.boolean() : fc.constant(false);
  const steps: { weight: number; arbitrary: fc.Arbitrary<Step> }[] = [
    { weight: 12, arbitrary: step('open', { path, flags: reads ? readingFlags : flags, at, thread }) },
    { weight: reads ? 2 : 5, arbitrary: step('write', { fd: ref, data }) },
    { weight: 1, arbitrary: step('pwrite', { fd: ref, data }) },
    { weight: 1, arbitrary: step('ftruncate', { fd: ref }) },
    { weight: 3, arbitrary: step('dup', { fd: ref }) },
    { weight: 3, arbitrary: step('symlink', { target: path, path: fresh, at }) },
    { weight: 3, arbitrary: step('rename', { path, newpath: path, at }) },
    { weight: 3, arbitrary: step('link', { path, newpath: fresh, at }) },
    { weight: 4, arbitrary: step('chdir', { path }) },
    { weight: 1, arbitrary: step('fchdir', { fd: ref }) },
    { weight: 1, arbitrary: step('mkdir', { path, at }) },
    { weight: 1, arbitrary: step('unlink', { path, at }) },
    { weight: 1, arbitrary: step('rmdir', { path, at }) },
    { weight: 1, arbitrary: step('close', { fd: ref }) },
    { weight: 1, arbitrary: step('dup2', { fd: ref, onto: fc.oneof(ref, fc.constant('stdout' as const)) }) },
  ];
  if (!reads)
    steps.push(
      { weight: 1, arbitrary: step('chmod', { path }) },
      { weight: 1, arbitrary: step('fchmod', { fd: ref }) },
      { weight: 1, arbitrary: step('utime', { path }) },
    );
  else
    steps.push(
      { weight: 7, arbitrary: step('read', { fd: ref }) },
      { weight: 1, arbitrary: step('pread', { fd: ref }) },
      { weight: 1, arbitrary: step('listdir', { path }) },
      { weight: 1, arbitrary: step('flistdir', { fd: ref }) },
    );
  if (claim.kind === 'flow')
    steps.push(
      { weight: 12, arbitrary: step('write', { fd: fc.constant('stdout' as const), data }) },
      ...(claim.to.includes('socket')
        ? [{ weight: 2, arbitrary: fc.constant<Step>({ do: 'socketpair' }) }]
        : []),
    );
  const one = fc.oneof(...steps).map((each) => [each]);
  const opening = reads ? readingFlags : flags;
  return fc
    .array(
      fc.oneof(
        { weight: 18, arbitrary: one },
        { weight: 2, arbitrary: byAnotherName(target, fresh, opening, waits) },
        { weight: 1, arbitrary: fromFolderAbove(target, opening) },
      ),
      { minLength: 1, maxLength: MAX_STEPS, size: 'max' },
    )
    .map((parts) => parts.flat());
}

/** Opens a folder above the target and, from its descriptor, the target: the two meet by chance only in thousands of attempts. */
function fromFolderAbove(target: string, flags: fc.Arbitrary<number>): fc.Arbitrary<Step[]> {
  return fc
    .record({ from: fc.constantFrom(...new Set([posix.dirname(target), ...above(target)])), flags })
    .map(({ from, flags: opened }) => [
      { do: 'open', path: from, flags: O_RDONLY, at: null, thread: false },
      { do: 'open', path: posix.relative(from, target), flags: opened, at: 0, thread: false },
    ]);
}

/**
 * Gives the target, or a folder above it, another name, and opens it by that: steps that rarely meet by chance. Where functions wait the
 * opening may come first, in a thread, and the name change its meaning under it.
 */
function byAnotherName(
  target: string,
  fresh: fc.Arbitrary<string>,
  flags: fc.Arbitrary<number>,
  waits: boolean,
): fc.Arbitrary<Step[]> {
  return fc
    .record({
      how: fc.constantFrom('symlink' as const, 'rename' as const, 'link' as const),
      from: fc.constantFrom(target, ...above(target)),
      to: fresh,
      flags,
      thread: waits ? fc.boolean() : fc.constant(false),
    })
    .map(({ how, from, to, flags: opened, thread }) => {
      const name: Step =
        how === 'symlink'
          ? { do: 'symlink', target: from, path: to, at: null }
          : { do: how, path: from, newpath: to, at: null };
      const open: Step = {
        do: 'open',
        path: to + target.slice(from.length),
        flags: opened,
        at: null,
        thread,
      };
      return thread ? [open, name] : [name, open];
    });
}

/** Names of the target were a folder above it, or a link to one, called by another name. */
function moved(target: string, names: readonly string[]): string[] {
  const found = above(target).flatMap((at) => names.map((name) => name + target.slice(at.length)));
  return found.length > 0 ? found : [...names];
}

/** The folders above, nearest first; itself where there is none. */
function above(target: string): string[] {
  const found: string[] = [];
  for (let at = posix.dirname(target); at !== '/'; at = posix.dirname(at)) found.push(at);
  return found.length > 0 ? found : [target];
}

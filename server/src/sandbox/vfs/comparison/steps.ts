/** Steps that are performed on both sides, and arbitrary sequences of them. */
import fc from 'fast-check';
import {
  F_DUPFD,
  F_GETFL,
  F_SETFL,
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
} from '../abi.ts';

/** A directory descriptor, or null for the working directory. */
type At = number | null;

export type Step =
  | readonly ['open', string, number, number, At]
  | readonly ['close', number]
  | readonly ['read', number, number]
  | readonly ['pread', number, number, number]
  | readonly ['write', number, string]
  | readonly ['pwrite', number, string, number]
  | readonly ['lseek', number, number, number]
  | readonly ['stat' | 'lstat', string, At]
  | readonly ['fstat', number]
  | readonly ['access', string, number]
  | readonly ['listdir', string]
  | readonly ['flistdir', number]
  | readonly ['mkdir', string, number, At]
  | readonly ['rmdir' | 'unlink', string, At]
  | readonly ['rename', string, string, At, At]
  | readonly ['link', string, string]
  | readonly ['symlink', string, string, At]
  | readonly ['readlink', string, At]
  | readonly ['truncate', string, number]
  | readonly ['ftruncate', number, number]
  | readonly ['chmod', string, number]
  | readonly ['fchmod', number, number]
  | readonly ['chown', string, number, number]
  | readonly ['utimens', string, number, boolean]
  | readonly ['touch', string]
  | readonly ['dup', number]
  | readonly ['dup2', number, number]
  | readonly ['fcntl', number, number, number]
  | readonly ['pipe']
  | readonly ['chdir', string]
  | readonly ['fchdir', number]
  | readonly ['getcwd']
  | readonly ['umask', number];

/** What a step came to; the value as JSON, undefined as null. */
export interface Answer {
  readonly errno?: string;
  readonly value?: unknown;
}

/** One path of the final tree with what stands there. */
export type TreeLine = readonly [path: string, known: Record<string, unknown>];

/** A write beyond is EFBIG on both sides: a quota here, RLIMIT_FSIZE there. */
export const FILE_BYTES = 100_000;

const plainName = fc.constantFrom('a', 'b', 'c', 'd', 'a', 'b', 'c', 'd', 'é', '\udcff', 'new\nline', 'x.py');
const oddName = fc.constantFrom(
  '.',
  '..',
  '',
  'n'.repeat(255),
  'n'.repeat(256),
  '€'.repeat(85),
  '€'.repeat(86),
);
const foreignName = fc.constantFrom('rootdir', 'rootdir/f', 'sticky', 'sticky/f', 'closed', 'closed/f');

const nasty = fc
  .record({
    start: fc.constantFrom('', '', '', '/', '//', './', '../'),
    parts: fc.array(
      fc.oneof(
        { weight: 8, arbitrary: plainName },
        { weight: 3, arbitrary: oddName },
        { weight: 1, arbitrary: foreignName },
      ),
      { minLength: 1, maxLength: 3 },
    ),
    end: fc.constantFrom('', '', '', '/', '//', '/.', '/..'),
  })
  .map(({ start, parts, end }) => start + parts.join('/') + end);

/** Mostly places where something may well stand, so that calls also succeed. */
const path = fc.oneof(
  { weight: 12, arbitrary: plainName },
  { weight: 8, arbitrary: fc.tuple(plainName, plainName).map(([above, below]) => `${above}/${below}`) },
  { weight: 1, arbitrary: foreignName },
  { weight: 10, arbitrary: nasty },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      '/',
      '.',
      '..',
      'a\0b',
      '/'.repeat(4095),
      './'.repeat(2047) + 'a',
      './'.repeat(2047) + 'ab',
    ),
  },
);

/** Something to begin with: directories, files, links and open descriptors. */
const beginnings: readonly Step[] = [
  ['mkdir', 'a', 0o755, null],
  ['mkdir', 'a/b', 0o777, null],
  ['open', 'c', O_CREAT | O_RDWR, 0o644, null],
  ['write', 0, 'some text to begin with'],
  ['open', 'a', O_RDONLY, 0, null],
  ['open', 'a/b/x.py', O_CREAT | O_WRONLY | O_APPEND, 0o600, null],
  ['pipe'],
  ['symlink', 'a/b', 'd', null],
  ['symlink', '../c', 'a/c', null],
  ['symlink', 'b', 'b', null],
];

const fd = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 0, max: 4 }) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 7, 30) },
);
const at = fc.oneof(
  { weight: 5, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 4 }) },
);
const mode = fc.constantFrom(
  0o777,
  0o666,
  0o755,
  0o644,
  0o600,
  0o700,
  0o500,
  0o400,
  0o300,
  0o200,
  0o100,
  0o000,
  0o1777,
  0o4755,
  0o2775,
);
const size = fc.oneof(
  fc.integer({ min: 0, max: 40 }),
  fc.constantFrom(4096, 65_536, 70_000, FILE_BYTES, FILE_BYTES + 1, -1),
);
const count = fc.oneof(fc.integer({ min: 0, max: 60 }), fc.constantFrom(70_000));
const offset = fc.oneof(
  fc.integer({ min: 0, max: 60 }),
  fc.constantFrom(-1, 65_530, FILE_BYTES - 3, FILE_BYTES),
);
const text = fc.oneof(
  fc.string({ maxLength: 30, unit: 'binary-ascii' }),
  fc.constantFrom('', 'x'.repeat(5000), 'y'.repeat(66_000)),
);

const flags = fc
  .record({
    access: fc.constantFrom(O_RDONLY, O_RDONLY, O_WRONLY, O_RDWR, O_RDWR),
    create: fc.constantFrom(0, O_CREAT, O_CREAT, O_CREAT | O_EXCL, O_DIRECTORY),
    truncate: fc.constantFrom(0, 0, O_TRUNC),
    append: fc.constantFrom(0, 0, O_APPEND),
    follow: fc.constantFrom(0, 0, 0, O_NOFOLLOW),
    blocking: fc.constantFrom(0, O_NONBLOCK),
  })
  .map((f) => f.access | f.create | f.truncate | f.append | f.follow | f.blocking);

function step<T extends Step>(...parts: { [K in keyof T]: T[K] | fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  const arbitraries = parts.map((part) => (part instanceof fc.Arbitrary ? part : fc.constant(part)));
  return fc.tuple(...arbitraries) as unknown as fc.Arbitrary<T>;
}

/** One step, weighted towards those that build something up. */
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 14,
    arbitrary: step<Extract<Step, readonly ['open', ...unknown[]]>>('open', path, flags, mode, at),
  },
  { weight: 4, arbitrary: step<readonly ['close', number]>('close', fd) },
  { weight: 4, arbitrary: step<readonly ['read', number, number]>('read', fd, count) },
  { weight: 2, arbitrary: step<readonly ['pread', number, number, number]>('pread', fd, count, offset) },
  { weight: 6, arbitrary: step<readonly ['write', number, string]>('write', fd, text) },
  { weight: 2, arbitrary: step<readonly ['pwrite', number, string, number]>('pwrite', fd, text, offset) },
  {
    weight: 4,
    arbitrary: step<readonly ['lseek', number, number, number]>(
      'lseek',
      fd,
      offset,
      fc.integer({ min: -1, max: 2 }),
    ),
  },
  { weight: 5, arbitrary: step<readonly ['stat', string, At]>('stat', path, at) },
  { weight: 3, arbitrary: step<readonly ['lstat', string, At]>('lstat', path, at) },
  { weight: 3, arbitrary: step<readonly ['fstat', number]>('fstat', fd) },
  {
    weight: 2,
    arbitrary: step<readonly ['access', string, number]>('access', path, fc.integer({ min: 0, max: 7 })),
  },
  { weight: 3, arbitrary: step<readonly ['listdir', string]>('listdir', path) },
  { weight: 1, arbitrary: step<readonly ['flistdir', number]>('flistdir', fd) },
  { weight: 10, arbitrary: step<readonly ['mkdir', string, number, At]>('mkdir', path, mode, at) },
  { weight: 4, arbitrary: step<readonly ['rmdir', string, At]>('rmdir', path, at) },
  { weight: 4, arbitrary: step<readonly ['unlink', string, At]>('unlink', path, at) },
  { weight: 10, arbitrary: step<readonly ['rename', string, string, At, At]>('rename', path, path, at, at) },
  { weight: 5, arbitrary: step<readonly ['link', string, string]>('link', path, path) },
  { weight: 8, arbitrary: step<readonly ['symlink', string, string, At]>('symlink', path, path, at) },
  { weight: 2, arbitrary: step<readonly ['readlink', string, At]>('readlink', path, at) },
  { weight: 3, arbitrary: step<readonly ['truncate', string, number]>('truncate', path, size) },
  { weight: 2, arbitrary: step<readonly ['ftruncate', number, number]>('ftruncate', fd, size) },
  { weight: 4, arbitrary: step<readonly ['chmod', string, number]>('chmod', path, mode) },
  { weight: 1, arbitrary: step<readonly ['fchmod', number, number]>('fchmod', fd, mode) },
  {
    weight: 2,
    arbitrary: step<readonly ['chown', string, number, number]>(
      'chown',
      path,
      fc.constantFrom(-1, 0, 1000),
      fc.constantFrom(-1, 0, 1000),
    ),
  },
  {
    weight: 3,
    arbitrary: step<readonly ['utimens', string, number, boolean]>(
      'utimens',
      path,
      fc.integer({ min: 0, max: 9999 }),
      fc.boolean(),
    ),
  },
  { weight: 1, arbitrary: step<readonly ['touch', string]>('touch', path) },
  { weight: 3, arbitrary: step<readonly ['dup', number]>('dup', fd) },
  { weight: 2, arbitrary: step<readonly ['dup2', number, number]>('dup2', fd, fd) },
  {
    weight: 2,
    arbitrary: fc.oneof(
      step<readonly ['fcntl', number, number, number]>('fcntl', fd, F_GETFL, 0),
      // Never without O_NONBLOCK: reading from an empty pipe would block the real side for ever.
      step<readonly ['fcntl', number, number, number]>(
        'fcntl',
        fd,
        F_SETFL,
        fc.constantFrom(O_NONBLOCK, O_APPEND | O_NONBLOCK),
      ),
      step<readonly ['fcntl', number, number, number]>('fcntl', fd, F_DUPFD, fc.integer({ min: 0, max: 6 })),
    ),
  },
  { weight: 1, arbitrary: step<readonly ['pipe']>('pipe') },
  { weight: 3, arbitrary: step<readonly ['chdir', string]>('chdir', path) },
  { weight: 1, arbitrary: step<readonly ['fchdir', number]>('fchdir', fd) },
  { weight: 2, arbitrary: step<readonly ['getcwd']>('getcwd') },
  {
    weight: 1,
    arbitrary: step<readonly ['umask', number]>('umask', fc.constantFrom(0, 0o022, 0o077, 0o777)),
  },
);

export const anySteps: fc.Arbitrary<Step[]> = fc
  .tuple(fc.subarray([...beginnings]), fc.array(anyStep, { minLength: 1, maxLength: 60, size: 'max' }))
  .map(([first, rest]) => [...first, ...rest]);

/**
 * What the PyPy project's own controller replied, request by request, and where a run under the policy `lecture` replies otherwise on
 * purpose. It was recorded with /tmp holding datafile.txt ("hello"), a symbolic link, a dot file, bytecode and a folder `sub`.
 */
import { readFileSync } from 'node:fs';

export interface Recorded {
  readonly name: string;
  /** Marshalled arguments, one each. */
  readonly args: readonly Uint8Array[];
  /** In hex. */
  readonly reply: string;
}

/** The lines of the record; one of them is what the original printed itself. */
export function recordedReplies(): Recorded[] {
  const text = readFileSync(new URL('./recordedReplies.txt', import.meta.url), 'utf8');
  return text
    .split('\n')
    .map((line) => /^(\S+) +\[(.*)\] -> ([0-9a-f]+)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, name, args, reply]) => ({ name: name!, args: pythonStrings(args!), reply: reply! }));
}

const LITERAL = /'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g;
const ESCAPES: { readonly [letter: string]: string } = { n: '\n', t: '\t', r: '\r' };

/** The byte strings of a list as Python 2 prints it. */
function pythonStrings(list: string): Uint8Array[] {
  return [...list.matchAll(LITERAL)].map((match) => {
    const literal = match[1] ?? match[2]!;
    const text = literal.replaceAll(/\\(?:x([0-9a-f]{2})|(.))/g, (_all, hex?: string, letter?: string) =>
      hex === undefined ? (ESCAPES[letter!] ?? letter!) : String.fromCharCode(parseInt(hex, 16)),
    );
    return Buffer.from(text, 'latin1');
  });
}

export interface Difference {
  readonly name: string;
  /** Number of the request among those to this function, from 0. */
  readonly nth: number;
  /** The reply in hex; or which items of a tuple may differ, other results being compared by their kind alone. */
  readonly reply: string | readonly number[];
  readonly why: string;
}

const STAT_WHY =
  'inode, device, links, owner and dates are those of the virtual world, the same at each look; the original counted inodes up, and had no dates';

/** Indices in a stat result: ino dev nlink uid gid, atime mtime ctime. */
const MADE_UP = [1, 2, 3, 4, 5, 7, 8, 9];

export const DIFFERENCES: readonly Difference[] = [
  {
    name: 'll_os.ll_os_stat',
    nth: 0,
    reply: [...MADE_UP, 6],
    why: `${STAT_WHY}; a directory has a size, as on Linux`,
  },
  { name: 'll_os.ll_os_stat', nth: 1, reply: MADE_UP, why: STAT_WHY },
  {
    name: 'll_os.ll_os_stat',
    nth: 2,
    reply: [...MADE_UP, 6],
    why: `${STAT_WHY}; the interpreter is a name only, no guest needs its machine code`,
  },
  { name: 'll_os.ll_os_fstat', nth: 0, reply: MADE_UP, why: STAT_WHY },
  {
    name: 'll_os.ll_os_fstat',
    nth: 1,
    reply: [0, 6, ...MADE_UP],
    why: 'descriptor 1 is open, so it has a stat; the original knew no stat of its own streams',
  },
  {
    name: 'll_os.ll_os_lstat',
    nth: 0,
    reply: [0, 6, ...MADE_UP],
    why: 'lstat looks at the link itself; that of the original was stat, which refused to follow one',
  },
  {
    name: 'll_os.ll_os_listdir',
    nth: 0,
    reply: '69000000005b03000000730300000062696e73030000006465767303000000746d70',
    why: 'the world of the lecture has /dev beside /bin and /tmp',
  },
  {
    name: 'll_os.ll_os_lseek',
    nth: 1,
    reply: '69010000006916000000',
    why: 'a bad offset is OSError(EINVAL); IOError on the wire aborts a child of 4.0.1',
  },
  {
    name: 'll_os.__class__',
    nth: 0,
    reply: '6909000000',
    why: 'an unknown name is RuntimeError whatever its letters; ValueError on the wire aborts a child of 4.0.1, and os._exit with it',
  },
  { name: 'll_time.ll_time_time', nth: 0, reply: [], why: 'it is later now' },
  {
    name: 'll_time.ll_time_clock',
    nth: 0,
    reply: [],
    why: 'processor time, as everywhere on Unix; the original told the time since its start',
  },
];

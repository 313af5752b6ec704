/** The steps of an attack: calls as Python's `os` makes them, with names that are spelled out. */

/** Something that the steps before gave, a descriptor or bytes: 0 is the latest, 1 the one before it; counted round where there are fewer. */
export type Ref = number;

/** Bytes to write: our own, or what a reading step gave, or one half of that. */
export type Data =
  | { readonly of: 'own' }
  | { readonly of: 'read'; readonly ref: Ref; readonly part: 'all' | 'first' | 'second' };

export type Step =
  | {
      readonly do: 'open';
      readonly path: string;
      readonly flags: number;
      readonly at: Ref | null;
      readonly thread: boolean;
    }
  | { readonly do: 'write'; readonly fd: Ref | 'stdout'; readonly data: Data }
  | { readonly do: 'pwrite'; readonly fd: Ref; readonly data: Data }
  | { readonly do: 'read' | 'pread'; readonly fd: Ref }
  | { readonly do: 'ftruncate' | 'dup' | 'fchdir' | 'close' | 'flistdir' | 'fchmod'; readonly fd: Ref }
  | { readonly do: 'dup2'; readonly fd: Ref; readonly onto: Ref | 'stdout' }
  | { readonly do: 'listdir' | 'chdir' | 'chmod' | 'utime'; readonly path: string }
  | { readonly do: 'mkdir' | 'rmdir' | 'unlink'; readonly path: string; readonly at: Ref | null }
  | {
      readonly do: 'rename' | 'link';
      readonly path: string;
      readonly newpath: string;
      readonly at: Ref | null;
    }
  | { readonly do: 'symlink'; readonly target: string; readonly path: string; readonly at: Ref | null }
  | { readonly do: 'socketpair' };

/** Steps that give a descriptor; `socketpair` gives two. */
export function descriptorsOf(step: Step): number {
  switch (step.do) {
    case 'open':
      // What a thread opens is known to that thread alone.
      return step.thread ? 0 : 1;
    case 'dup':
      return 1;
    case 'socketpair':
      return 2;
    default:
      return 0;
  }
}

export function isReading(step: Step): boolean {
  return step.do === 'read' || step.do === 'pread';
}

/** What we write where it does not matter what: unlike anything that a file begins with. */
export const OWN_BYTES = 'PWNED';

/** Bytes that one step reads; test files are smaller, and a line of a script should stay short. */
export const READ_SIZE = 999;

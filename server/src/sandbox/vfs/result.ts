/**
 * What an operation of the virtual filesystem comes to.
 *
 * Nothing here throws for what a guest may cause. An operation that would block is data as well:
 * the controller parks the call, subscribes to the description and asks again when woken.
 */
import { ERRNO_NAMES, type Errno } from '@sandtable/shared/errno';
import type { OpenDescription } from './description.ts';

export interface Ok<T> {
  readonly ok: true;
  readonly value: T;
}

export interface Fail {
  readonly ok: false;
  readonly errno: Errno;
  readonly wait?: undefined;
}

/** Would block. Without a controller that waits it degrades to what a non-blocking descriptor answers. */
export interface Wait {
  readonly ok: false;
  readonly errno: 'EAGAIN';
  readonly wait: WaitTarget;
  /**
   * Bytes of a blocking write that were already taken. The retry passes the rest only, and the
   * guest gets the sum; interrupted by a signal, it gets `progress` if that is not 0, else EINTR.
   */
  readonly progress: number;
}

export interface WaitTarget {
  readonly description: OpenDescription;
  readonly want: 'readable' | 'writable';
}

/** Result of an operation that never blocks. */
export type Result<T> = Ok<T> | Fail;

/** Result of an operation that may block: test `ok`, then `wait`, then `errno`. */
export type Outcome<T> = Ok<T> | Fail | Wait;

const failures = Object.fromEntries(
  ERRNO_NAMES.map((errno) => [errno, Object.freeze({ ok: false, errno })]),
) as unknown as Record<Errno, Fail>;

export function ok<T>(value: T): Ok<T> {
  return { ok: true, value };
}

/** The failure for an error; one shared object each, so that a guest probing names allocates nothing. */
export function fail(errno: Errno): Fail {
  return failures[errno];
}

export const DONE: Ok<undefined> = Object.freeze({ ok: true, value: undefined });

export function wait(description: OpenDescription, want: WaitTarget['want'], progress = 0): Wait {
  return { ok: false, errno: 'EAGAIN', wait: { description, want }, progress };
}

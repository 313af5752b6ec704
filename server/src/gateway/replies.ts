/** Replies to requests, and the one place where failures become what a page is told. */
import type { ErrorCode, ProtocolError, Reply } from '@sandtable/shared/protocol';
import { isDiskFull } from '../diskTrouble.ts';
import { logFailure } from '../serverLog.ts';

export function done<T>(value: T): Reply<T> {
  return { ok: true, value };
}

export function refused(
  code: ErrorCode,
  message: string,
  more: Omit<ProtocolError, 'code' | 'message'> = {},
): { readonly ok: false; readonly error: ProtocolError } {
  return { ok: false, error: { code, message, ...more } };
}

/** A request that ended in an exception: no room on the disk, or a bug of ours. The page learns that, the log learns the rest. */
export function crashed(
  request: string,
  error: unknown,
): { readonly ok: false; readonly error: ProtocolError } {
  logFailure(`request ${request} failed`, error);
  return refused(
    'internal',
    isDiskFull(error)
      ? 'The disk of the server is full. Nothing was changed. Whoever runs the server has to make room; then try again.'
      : 'The server made a mistake; it has been logged. Nothing was changed. Try again.',
  );
}

export const NO_BENCH = refused('not-found', 'There is no such bench any more.');
export const NO_RUN = refused('not-found', 'There is no such run any more. Start it again.');
export const NO_ASSIGNMENT = refused('not-found', 'There is no such assignment any more.');

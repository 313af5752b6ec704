/** From places in the guest's program, as it names them, to what the editor can open. */
import { originOf } from '@sandtable/shared/callOrigin';
import type { CallEvent } from '@sandtable/shared/events';

/** Whether there is such a file on the bench. */
export type OnBench = (path: string) => boolean;

/** The bench path behind a guest path, or null for a file that is not on the bench's side of the world. */
function benchPathOf(guestPath: string): string | null {
  if (guestPath.startsWith('/tmp/')) return guestPath.slice('/tmp/'.length);
  return guestPath.startsWith('/') ? null : guestPath.replace(/^(?:\.\/)+/, '');
}

/**
 * What the editor opens for a file of the guest's world: the bench's file where it is one, else the guest's own (an absolute path), to
 * read. Null for what is no file (`<string>`) and for a relative path that the bench does not have.
 */
export function editorPathOf(guestPath: string, onBench: OnBench): string | null {
  const path = benchPathOf(guestPath);
  if (path !== null && onBench(path)) return path;
  return guestPath.startsWith('/') ? guestPath : null;
}

export interface ProgramPlace {
  /** As the editor opens it. */
  readonly path: string;
  readonly line: number;
}

/** The line of the program that a row came from, as the trace names it. Null where the row has no stack, or none that the editor can open. */
export function callerOf(row: CallEvent, onBench: OnBench): ProgramPlace | null {
  const origin = originOf(row);
  const path = origin === undefined ? null : editorPathOf(origin.file, onBench);
  return origin === undefined || path === null ? null : { path, line: origin.line };
}

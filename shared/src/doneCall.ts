/**
 * What a row of a trace says was really done: the world's own answer and the places where the call acted, whatever the policy let the guest see.
 *
 * NEVER the guest's side where they differ: a call that the policy denied or answered itself did nothing.
 */
import type { CallEvent } from './events.ts';
import type { CallArgs, PlainValue } from './policy/model.ts';

/** Stands for an answer where nothing was done. */
export const NOT_DONE = Symbol('not done');

/** What the world answered, or that it was not asked or refused. */
export function answerOf(row: CallEvent): PlainValue | typeof NOT_DONE {
  if (row.answered !== undefined) {
    const { answered } = row;
    const refused =
      typeof answered === 'object' &&
      answered !== null &&
      !Array.isArray(answered) &&
      ('errno' in answered || 'raise' in answered);
    return refused ? NOT_DONE : answered;
  }
  if (row.verdict === 'deny' || row.verdict === 'fake') return NOT_DONE;
  return row.errno !== undefined || row.raise !== undefined ? NOT_DONE : (row.result ?? null);
}

/** The path at which it really acted. */
export function pathIn(row: CallEvent): string | null {
  const aimed = row.performed === undefined ? undefined : (row.performedPath ?? text(row.performed['path']));
  return aimed ?? row.path ?? text(row.args['path']);
}

export function newpathIn(row: CallEvent): string | null {
  const aimed =
    row.performed === undefined ? undefined : (row.performedNewpath ?? text(row.performed['newpath']));
  return aimed ?? row.newpath ?? text(row.args['newpath']);
}

export function text(value: PlainValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

/** A number among the arguments; -1 where there is none. */
export function intIn(args: CallArgs, name: string): number {
  const value = args[name];
  return typeof value === 'number' ? value : -1;
}

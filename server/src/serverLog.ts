/**
 * What the server says of its own failures on standard error. An error's text may hold what a guest or a page said: nothing in it may
 * act on a terminal or look like another line of ours, so each of its further lines is set in.
 */
import { printable } from '@sandtable/shared/printable';

export function logFailure(what: string, error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  console.error(`sandtable: ${what}: ${text.split('\n').map(printable).join('\n    ')}`);
}

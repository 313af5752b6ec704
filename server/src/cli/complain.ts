/** What a command says when it was asked wrongly. */
import { printable } from '@sandtable/shared/printable';

/** Wrong options, a policy that does not compile, a file that is none: nothing was done. */
export const USAGE_STATUS = 2;

/** Says it on standard error and gives the exit status. */
export function complain(message: string): number {
  const lines = message.split('\n').map(printable);
  process.stderr.write(
    `${lines.map((line, k) => (k === 0 && !/^\S+:\d+:\d+: /.test(line) ? `sandtable: ${line}` : line)).join('\n')}\n`,
  );
  return USAGE_STATUS;
}

/** A line of ours on standard output. */
export function say(line: string): void {
  process.stdout.write(`${printable(line)}\n`);
}

/** What a command says when it was asked wrongly. */
import { printable } from '@sandtable/shared/printable';

/** Wrong options, a policy that does not compile, a file that is none: nothing was done. */
export const USAGE_STATUS = 2;

/** As a shell tells of a program that SIGPIPE ended. */
const BROKEN_PIPE_STATUS = 141;

/** `sandtable diff … | head`: nobody reads any more, and nobody wants to hear of it. */
export function endWhenNobodyReads(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(BROKEN_PIPE_STATUS);
  });
}

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

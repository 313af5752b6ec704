/** A named piece of work: says what it does, how long it took and, when it fails, what to do about it. */

/** Ends a command with a message for people; carries no stack because nothing is broken in the program. */
export class StepFailure extends Error {
  readonly cure: string;

  constructor(message: string, cure: string) {
    super(message);
    this.name = 'StepFailure';
    this.cure = cure;
  }
}

/** Commands whose standard output belongs to someone else (a guest, a pipe) report progress on standard error. */
let report: NodeJS.WriteStream = process.stderr;

/** Sends progress to standard output, for commands whose output *is* the progress. */
export function reportOnStdout(): void {
  report = process.stdout;
}

export function say(line: string): void {
  report.write(`${line}\n`);
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** Runs `work` under `name`, printing start, end and time. Failures pass through, named. */
export async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  say(`▸ ${name}`);
  try {
    const result = await work();
    say(`✓ ${name} (${seconds(performance.now() - began)})`);
    return result;
  } catch (failure) {
    say(`✗ ${name}: failed after ${seconds(performance.now() - began)}`);
    throw failure;
  }
}

export function sayFailure(failure: unknown): void {
  if (failure instanceof StepFailure) {
    say(`\n✗ ${failure.message}\n  cure: ${failure.cure}`);
    return;
  }
  say(`\n✗ ${failure instanceof Error ? (failure.stack ?? failure.message) : String(failure)}`);
}

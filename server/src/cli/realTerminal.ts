/** The person's own terminal, or pipes, on this side of the command line. */
import { decodeText } from '@sandtable/shared/text';
import type { RunHandle, Stdio } from '../sandbox/index.ts';

/** Bytes of piped input handed over before the guest has asked for more; beyond it the pipe waits. */
const INPUT_AHEAD_BYTES = 4 * 1024 * 1024;

export function stdioOfProcess(): Stdio {
  const { stdin, stdout } = process;
  if (!stdin.isTTY || !stdout.isTTY) return { kind: 'pipes' };
  return { kind: 'tty', size: { cols: stdout.columns || 80, rows: stdout.rows || 24 } };
}

/** Ties the process's input to a run until it is over. `wantsInput` is to be called when the guest waits for input. */
export class ProcessInput {
  readonly #run: RunHandle;
  readonly #tty: boolean;
  #ahead = 0;
  #ended = false;

  constructor(run: RunHandle, tty: boolean) {
    this.#run = run;
    this.#tty = tty;
    const { stdin } = process;
    if (tty) stdin.setRawMode(true);
    stdin.on('data', this.#data);
    stdin.on('end', this.#end);
    process.stdout.on('resize', this.#resize);
  }

  /** The guest has used up what came. */
  wantsInput(): void {
    this.#ahead = 0;
    if (!this.#ended) process.stdin.resume();
  }

  release(): void {
    const { stdin } = process;
    this.#ended = true;
    stdin.off('data', this.#data);
    stdin.off('end', this.#end);
    process.stdout.off('resize', this.#resize);
    if (this.#tty) stdin.setRawMode(false);
    stdin.pause();
  }

  readonly #data = (chunk: Buffer): void => {
    this.#run.input(decodeText(chunk));
    if (this.#tty) return;
    this.#ahead += chunk.length;
    if (this.#ahead > INPUT_AHEAD_BYTES) process.stdin.pause();
  };

  readonly #end = (): void => {
    this.#ended = true;
    this.#run.eof();
  };

  readonly #resize = (): void => {
    this.#run.resize({ cols: process.stdout.columns || 80, rows: process.stdout.rows || 24 });
  };
}

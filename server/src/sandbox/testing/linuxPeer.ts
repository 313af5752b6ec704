/**
 * A Python program beside a test that performs the same steps on the real Linux: one JSON line of steps in, one line of what came out, in
 * order. It ends when its input does.
 */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { basename } from 'node:path';

interface Waiting<Result> {
  readonly resolve: (result: Result) => void;
  readonly reject: (cause: Error) => void;
}

export class LinuxPeer<Step, Result> {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #name: string;
  readonly #waiting: Waiting<Result>[] = [];
  #complaint = '';
  #ended = false;

  /** `read` makes a result of a line; what it throws fails that run alone. */
  constructor(script: URL, args: readonly string[], read: (line: unknown) => Result) {
    const path = fileURLToPath(script);
    this.#name = basename(path);
    this.#child = spawn(pythonName(), ['-B', '-X', 'utf8', path, ...args], {
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' },
    });
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      const waiting = this.#waiting.shift();
      try {
        waiting?.resolve(read(JSON.parse(line)));
      } catch (error) {
        waiting?.reject(error as Error);
      }
    });
    this.#child.stderr.on('data', (data: Buffer) => {
      this.#complaint += data.toString();
    });
    const failAll = (): void => {
      this.#ended = true;
      for (const { reject } of this.#waiting.splice(0))
        reject(new Error(`${this.#name}: ${this.#complaint}`));
    };
    this.#child.on('error', failAll);
    this.#child.on('close', failAll);
  }

  run(steps: readonly Step[]): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#ended) {
        reject(new Error(`${this.#name} has ended: ${this.#complaint}`));
        return;
      }
      this.#waiting.push({ resolve, reject });
      this.#child.stdin.write(`${JSON.stringify({ steps })}\n`);
    });
  }

  /** Resolves when the program is gone, with all that it made. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#ended) {
        resolve();
        return;
      }
      this.#child.on('close', () => {
        resolve();
      });
      this.#child.stdin.end();
    });
  }
}

/** The guest's own interpreter is there wherever tests run; the machine's Python starts faster. */
function pythonName(): string {
  const found = ['/usr/bin/python3', '/usr/bin/pypy3'].find((path) => allows(path, constants.X_OK));
  if (found === undefined) throw new Error('the comparison with Linux needs python3 or pypy3');
  return found;
}

export function allows(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

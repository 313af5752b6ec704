/** Linux's own loopback, on which the same steps are performed; the work is in realSockets.py. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Answer, Step } from './steps.ts';

type Told = { readonly results: readonly Answer[] } | { readonly failed: string };

export class RealSockets {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting: { resolve: (answers: readonly Answer[]) => void; reject: (cause: Error) => void }[] = [];
  #complaint = '';
  #ended = false;

  constructor() {
    const python = ['/usr/bin/python3', '/usr/bin/pypy3'].find((path) => existsSync(path)) ?? 'python3';
    const script = fileURLToPath(new URL('./realSockets.py', import.meta.url));
    this.#child = spawn(python, ['-B', '-X', 'utf8', script], {
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' },
    });
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      const told = JSON.parse(line) as Told;
      const waiting = this.#waiting.shift();
      if ('results' in told) waiting?.resolve(told.results);
      else waiting?.reject(new Error(told.failed));
    });
    this.#child.stderr.on('data', (data: Buffer) => {
      this.#complaint += data.toString();
    });
    const failAll = (): void => {
      this.#ended = true;
      for (const { reject } of this.#waiting.splice(0))
        reject(new Error(`realSockets.py: ${this.#complaint}`));
    };
    this.#child.on('error', failAll);
    this.#child.on('close', failAll);
  }

  run(steps: readonly Step[]): Promise<readonly Answer[]> {
    return new Promise((resolve, reject) => {
      if (this.#ended) {
        reject(new Error(`realSockets.py has ended: ${this.#complaint}`));
        return;
      }
      this.#waiting.push({ resolve, reject });
      this.#child.stdin.write(`${JSON.stringify({ steps })}\n`);
    });
  }

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

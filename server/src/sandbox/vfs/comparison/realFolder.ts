/** A real folder on which Linux performs the same steps; the work is in realFolder.py. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { tmpdir } from 'node:os';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Answer, Step, TreeLine } from './steps.ts';

export interface RealRun {
  readonly results: readonly Answer[];
  readonly tree: readonly TreeLine[];
  /** Whether the folder holds things of another user. */
  readonly foreign: boolean;
}

export class RealFolder {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: Interface;
  readonly #waiting: { resolve: (run: RealRun) => void; reject: (cause: Error) => void }[] = [];
  #complaint = '';
  #ended = false;

  /** `parent` is where the folders are made; a tmpfs counts directory links as ext4 does and is fast. */
  constructor(fileBytes: number, parent = writable('/dev/shm') ? '/dev/shm' : tmpdir()) {
    const script = fileURLToPath(new URL('./realFolder.py', import.meta.url));
    this.#child = spawn(pythonName(), ['-B', '-X', 'utf8', script, parent, String(fileBytes)], {
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' },
    });
    this.#lines = createInterface({ input: this.#child.stdout });
    this.#lines.on('line', (line) => this.#waiting.shift()?.resolve(JSON.parse(line) as RealRun));
    this.#child.stderr.on('data', (data: Buffer) => {
      this.#complaint += data.toString();
    });
    const failAll = (): void => {
      this.#ended = true;
      for (const { reject } of this.#waiting.splice(0))
        reject(new Error(`realFolder.py: ${this.#complaint}`));
    };
    this.#child.on('error', failAll);
    this.#child.on('close', failAll);
  }

  run(steps: readonly Step[]): Promise<RealRun> {
    return new Promise((resolve, reject) => {
      if (this.#ended) {
        reject(new Error(`realFolder.py has ended: ${this.#complaint}`));
        return;
      }
      this.#waiting.push({ resolve, reject });
      this.#child.stdin.write(`${JSON.stringify({ steps })}\n`);
    });
  }

  /** Ends the process, which removes its folders. */
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
  const found = ['/usr/bin/python3', '/usr/bin/pypy3'].find((path) => executable(path));
  if (found === undefined) throw new Error('the comparison with Linux needs python3 or pypy3');
  return found;
}

function executable(path: string): boolean {
  return allows(path, constants.X_OK);
}

function writable(path: string): boolean {
  return allows(path, constants.W_OK | constants.X_OK);
}

function allows(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

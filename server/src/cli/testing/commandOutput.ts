/** The command line as a person meets it: a process of its own. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

export interface CommandOutput {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** What `sandtable WORDS` in the folder `cwd` says, when it has ended. Nothing is given to its standard input. */
export function commandOutput(cwd: string, words: readonly string[]): Promise<CommandOutput> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [MAIN, ...words], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.on('close', (status) => {
      resolve({ status, out, err });
    });
  });
}

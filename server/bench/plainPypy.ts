/** The distribution's own `pypy3`, without any sandbox of ours: the other half of every ratio. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface PlainRun {
  readonly output: string;
  readonly firstOutputMs: number;
}

/** @param under command that runs it, with its options */
export async function runPlain(script: string, under: readonly string[] = []): Promise<PlainRun> {
  const folder = mkdtempSync(path.join(tmpdir(), 'sandtable-plain-'));
  const file = path.join(folder, 'script.py');
  writeFileSync(file, script);
  try {
    return await new Promise((resolve, reject) => {
      const begun = performance.now();
      let output = '';
      let firstOutputMs = Number.NaN;
      const [command, ...args] = [...under, 'pypy3', '-u', file];
      const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], cwd: folder });
      child.stdout.on('data', (chunk: Buffer) => {
        if (output === '') firstOutputMs = performance.now() - begun;
        output += chunk.toString();
      });
      child.on('error', reject);
      child.on('close', () => resolve({ output, firstOutputMs }));
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

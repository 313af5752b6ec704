import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { Leftover } from './leftovers.ts';

/** Runs a shell command below a subreaper, then looks for leftovers as a test run does. */
function leftoversOf(shell: string, graceMs: number): Leftover[] {
  const program = `
    import { spawnSync } from 'node:child_process';
    import { endLeftovers } from ${JSON.stringify(path.join(import.meta.dirname, 'leftovers.ts'))};
    spawnSync('sh', ['-c', ${JSON.stringify(shell)}], { env: { PATH: process.env.PATH }, stdio: 'ignore' });
    console.log(JSON.stringify(await endLeftovers(${graceMs})));
  `;
  const adopt = path.join(import.meta.dirname, 'adoptOrphans.py');
  const args = [adopt, process.execPath, '--input-type=module', '-e', program];
  return JSON.parse(execFileSync('pypy3', args, { encoding: 'utf8' })) as Leftover[];
}

/** A killed process may stay as a zombie, whose command line is empty, until somebody collects it. */
function isRunning(pid: number): boolean {
  const file = `/proc/${pid}/cmdline`;
  return existsSync(file) && readFileSync(file, 'latin1') !== '';
}

it('finds and ends a process that left parent, group, session and environment', () => {
  const leftovers = leftoversOf('env -i setsid setsid sleep 301 & exit', 1_000);
  expect(leftovers.map(({ command }) => command)).toEqual(['sleep 301']);
  expect(leftovers.filter(({ pid }) => isRunning(pid))).toEqual([]);
});

it('finds what stands under a leftover too', () => {
  const leftovers = leftoversOf('setsid sh -c "sleep 302; true" & exit', 1_000);
  expect(leftovers.map(({ command }) => command)).toContain('sleep 302');
});

it('lets a process go that ends by itself in time', () => {
  expect(leftoversOf('sleep 0.3 & exit', 5_000)).toEqual([]);
});

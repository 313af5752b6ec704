import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ProcessWatch } from './leftovers.ts';

/** A shell that starts a sleeper in a session of its own and exits: the sleeper has lost parent, group and session. */
function leaveSleeperBehind(env: NodeJS.ProcessEnv, shellLives = '0'): Promise<number> {
  const script = `setsid sleep 300 >/dev/null 2>&1 & echo $!; sleep ${shellLives}`;
  const child = spawn('sh', ['-c', script], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let pid = '';
  child.stdout.on('data', (chunk: Buffer) => (pid += chunk.toString()));
  return new Promise((resolve) => child.once('exit', () => resolve(Number(pid))));
}

/** A killed process may stay as a zombie until somebody collects it. */
function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}/stat`) && !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ');
}

it('finds by its mark a process that has left us at once, and ends it', async () => {
  const watch = new ProcessWatch(200);
  const pid = await leaveSleeperBehind(watch.env);
  expect(existsSync(`/proc/${pid}`)).toBe(true);

  const leftovers = await watch.end();

  expect(leftovers.map((left) => left.pid)).toContain(pid);
  await expect.poll(() => isRunning(pid)).toBe(false);
});

it('finds a process without the mark that was seen below us', async () => {
  const watch = new ProcessWatch(200);
  const pid = await leaveSleeperBehind({}, '1');

  const leftovers = await watch.end();

  expect(leftovers).toContainEqual({ pid, command: 'sleep 300' });
  await expect.poll(() => isRunning(pid)).toBe(false);
});

it('lets a process go that ends by itself in time', async () => {
  const watch = new ProcessWatch();
  const child = spawn('sleep', ['1'], { env: { PATH: process.env['PATH'], ...watch.env } });
  const leftovers = await watch.end();
  expect(leftovers.map((left) => left.pid)).not.toContain(child.pid);
});

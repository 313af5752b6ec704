/** `npm run dev`: the server restarts and the page reloads when a source changes. */
import { run } from './child.ts';
import { inRoot, NODE, SERVER_MAIN, TOOL } from './place.ts';
import { say } from './step.ts';

/** Runs until either part ends; then the other is ended too. */
export async function runDev(): Promise<number> {
  say('▸ page with reload on http://127.0.0.1:5173, server on http://127.0.0.1:4100; Ctrl-C ends both');
  const parts = [
    run(NODE, ['--watch', '--watch-preserve-output', SERVER_MAIN, 'serve']),
    run(NODE, [TOOL.vite], { cwd: inRoot('web') }),
  ];
  const { status } = await Promise.race(parts);
  process.kill(process.pid, 'SIGTERM');
  await Promise.all(parts);
  return status;
}

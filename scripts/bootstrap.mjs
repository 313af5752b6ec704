/**
 * The first thing every `npm` command runs. Whatever Node the machine has (20 or newer), this file fetches the pinned
 * runtime once and hands over to scripts/house.ts under it. It uses Node's built-ins only: nothing is installed yet.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureTools } from './pinnedTools.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

let tools;
try {
  tools = ensureTools(root);
} catch (failure) {
  console.error(`\n✗ ${failure instanceof Error ? failure.message : String(failure)}`);
  process.exit(1);
}

const child = spawn(tools.node, [path.join(root, 'scripts', 'house.ts'), ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: {
    ...process.env,
    // npm sets NODE to its own Node, and makefiles look there first.
    NODE: tools.node,
    // What was stripped of types and compiled once is not compiled again: half of what a short command takes.
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? path.join(root, '.cache', 'node'),
    PATH: `${tools.bin}${path.delimiter}${process.env.PATH ?? ''}`,
  },
});

// Ctrl-C at a terminal reaches the child without us; a second copy would read as "stop at once".
process.on('SIGINT', () => {
  if (!process.stdin.isTTY) child.kill('SIGINT');
});

// A killed npm tells nobody. Its child must not serve on, unseen. (package.json says `exec` so that npm is our parent.)
const NPM_WATCH_MS = 500;
const npm = process.ppid;
if (process.env.npm_execpath !== undefined) {
  setInterval(() => {
    if (process.ppid !== npm) child.kill('SIGTERM');
  }, NPM_WATCH_MS).unref();
}

for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP']))
  process.on(signal, () => child.kill(signal));

child.on('error', (failure) => {
  console.error(
    `\n✗ the pinned Node did not start: ${failure.message}\n  cure: rm -rf .tools, then run the command again`,
  );
  process.exit(1);
});
child.on('exit', (code, signal) => {
  if (signal === null) process.exit(code ?? 1);
  // Die of what the child died of, so that a caller sees the true cause.
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});

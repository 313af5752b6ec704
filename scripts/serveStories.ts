/**
 * The server of the browser stories, in a data folder of its own that goes when the server has ended, and not before: a server whose
 * folder is taken from under it has every reason to complain.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../server/src/cli/main.ts', import.meta.url));
const data = mkdtempSync(path.join(tmpdir(), 'sandtable-e2e-'));
const server = spawn(process.execPath, [MAIN, 'serve'], {
  env: { ...process.env, SANDTABLE_DATA: data },
  stdio: 'inherit',
});
// Playwright signals the whole group, so the server has heard it too and would take a second one as "at once": we only wait for it.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
server.on('exit', (status) => {
  rmSync(data, { recursive: true, force: true });
  process.exit(status ?? 1);
});

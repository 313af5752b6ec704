import { execFileSync } from 'node:child_process';
import { defineConfig } from '@playwright/test';
import type { ReporterDescription } from '@playwright/test';
import { findChromium } from './scripts/chromium.ts';

/** Playwright reads this file once in each of its processes; what must be the same in all travels in the environment. */
function shared(name: string, make: () => string): string {
  return (process.env[name] ??= make());
}

const FREE_PORT =
  "const s=require('net').createServer().listen(0,'127.0.0.1',()=>{console.log(s.address().port);s.close()})";

/**
 * Each has a server of its own: a story never meets the processes, benches or people of another. A story waits for half of its time, so three
 * keep two cores busy.
 */
const WORKERS = 3;

const ports = Array.from({ length: WORKERS }, (_, worker) =>
  shared(`SANDTABLE_E2E_PORT_${worker}`, () =>
    execFileSync(process.execPath, ['-e', FREE_PORT], { encoding: 'utf8' }).trim(),
  ),
);
const urlOf = (port: string | undefined): string => `http://127.0.0.1:${port}`;

const reporter: ReporterDescription[] = [['list']];
const report = process.env['SANDTABLE_E2E_REPORT'];
if (report !== undefined) reporter.push(['json', { outputFile: report }]);

export default defineConfig({
  testDir: './e2e',
  testMatch: '**/*.spec.ts',
  outputDir: './test-results',
  forbidOnly: true,
  // A test that needs a second chance is a failing test.
  retries: 0,
  workers: WORKERS,
  // Time enough for a machine that does ten things at once; what is broken never comes.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter,
  use: {
    // Each worker reads this file for itself, with its number beside it.
    baseURL: urlOf(ports[Number(process.env['TEST_PARALLEL_INDEX'] ?? 0)]),
    viewport: { width: 1440, height: 900 },
    // Pictures of every moment cost more than the story itself; what the page was at each step is kept.
    trace: { mode: 'retain-on-failure', screenshots: false },
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: findChromium(),
      args: [
        // Root in a container has no user namespaces to sandbox with.
        '--no-sandbox',
        '--disable-dev-shm-usage',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  webServer: ports.map((port) => ({
    command: `"${process.execPath}" scripts/serveStories.ts`,
    url: urlOf(port),
    env: { PORT: port, HOST: '127.0.0.1' },
    stdout: 'ignore',
    stderr: 'pipe',
    timeout: 60_000,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 10_000 },
  })),
});

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { GUEST_MS, ended, focusEditor, mood, rows, run, saved, shows, typeLine } from './workbench.ts';

/** A server of its own, which this story may stop. */
class OwnServer {
  readonly #data = mkdtempSync(path.join(tmpdir(), 'sandtable-restart-'));
  readonly port: number;
  #child: ChildProcess | null = null;

  constructor(port: number) {
    this.port = port;
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, ['server/src/cli/main.ts', 'serve'], {
      env: { ...process.env, PORT: String(this.port), HOST: '127.0.0.1', SANDTABLE_DATA: this.#data },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (text: Buffer) => {
        if (text.includes('ready')) resolve();
      });
      child.on('exit', (code) => reject(new Error(`the server ended with ${code}`)));
    });
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null) return;
    const gone = new Promise((resolve) => child.on('exit', resolve));
    child.kill('SIGTERM');
    await gone;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.#data, { recursive: true, force: true });
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

test('a restart of the server keeps files and runs, and the page comes back by itself', async ({ page }) => {
  const server = new OwnServer(await freePort());
  try {
    await server.start();
    await page.goto(`http://127.0.0.1:${server.port}/#/`);
    await page
      .getByRole('main')
      .getByRole('button', { name: /^Hello/ })
      .click();
    await expect(page.locator('.view-lines').first()).toBeVisible({ timeout: GUEST_MS });
    await run(page);
    await shows(page, 'What is your name?');
    await typeLine(page, 'Ada');
    await ended(page);
    await focusEditor(page);
    await page.keyboard.press('ControlOrMeta+End');
    await page.keyboard.type('# before the restart');
    await saved(page);

    await server.stop();
    await expect(mood(page)).toHaveText('Offline');
    await page.keyboard.type(', and meanwhile');
    await expect(page.locator('[data-saved=offline]')).toContainText('kept in this browser');
    await server.start();
    await expect(mood(page)).toHaveText('Ended', { timeout: GUEST_MS });
    await saved(page);

    await page.reload();
    await expect(page.locator('.view-lines')).toContainText('# before the restart, and meanwhile');
    await shows(page, 'Nice to meet you, Ada.');
    await expect(rows(page).first()).toBeVisible();
    await page.getByRole('grid', { name: 'Calls' }).press('Home');
    await expect(rows(page).first()).toBeVisible();
    await expect(page.getByText('The guest ended with status 0.')).toBeVisible();
  } finally {
    await server.remove();
  }
});

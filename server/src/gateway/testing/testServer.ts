/** A server in a data folder of its own for the tests of one file, and pages that are closed after each of them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import { startServer, type RunningServer, type ServerOptions } from '../startServer.ts';
import { databaseOfServer } from '../../store/testing/databases.ts';
import { PATIENCE_MS, TestPage, type TestPageOptions } from './testPage.ts';

export interface TestServer {
  /** Its address is known once a test runs. */
  readonly url: string;
  readonly port: number;
  newPage(options?: TestPageOptions): TestPage;
}

/** Call it once at the top of a test file. */
export function serverForTests(name: string, options: Partial<ServerOptions> = {}): TestServer {
  let dataDir = '';
  let server: RunningServer | null = null;
  const pages: TestPage[] = [];

  // A page that waits in vain says for what; the test must not be cut off before.
  vi.setConfig({ testTimeout: 2 * PATIENCE_MS });
  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), `sandtable-${name}-`));
    const started = await startServer({
      host: '127.0.0.1',
      port: 0,
      ...(await databaseOfServer(dataDir)),
      ...options,
      dataDir,
    });
    if (!started.ok) throw new Error(started.message);
    server = started.server;
  });
  afterEach(() => {
    for (const page of pages.splice(0)) page.close();
  });
  afterAll(async () => {
    await server?.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const running = (): RunningServer => {
    if (server === null) throw new Error('the server of these tests is not up yet');
    return server;
  };
  return {
    get url() {
      return running().url;
    },
    get port() {
      return running().port;
    },
    newPage(options = {}) {
      const page = new TestPage(running().url, options);
      pages.push(page);
      return page;
    },
  };
}

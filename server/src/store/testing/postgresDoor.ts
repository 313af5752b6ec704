/**
 * Starts PostgreSQL for a test run when the first test file asks for it, once for all, and ends it afterwards. Test files run in
 * processes of their own; they ask through a socket in a folder whose name vitest gives them.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openStore } from '../store.ts';
import { startPostgres, type PostgresCluster } from './postgresCluster.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    postgresDoor: string;
  }
}

/** A database with the tables of today and no rows: copying it is quicker than making the tables. */
export const TEMPLATE = 'with_tables';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'sandtable-door-'));
  const path = join(folder, 'door');
  let cluster: Promise<PostgresCluster> | null = null;
  const server = createServer((_request, response) => {
    cluster ??= startWithTemplate();
    cluster.then(
      (started) => response.end(started.url('DATABASE')),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  project.provide('postgresDoor', path);
  return async () => {
    server.close();
    server.closeAllConnections();
    await (await cluster?.catch(() => null))?.close();
    rmSync(folder, { recursive: true });
  };
}

async function startWithTemplate(): Promise<PostgresCluster> {
  const cluster = await startPostgres();
  await cluster.ask(`create database ${TEMPLATE}`);
  const opened = await openStore(cluster.url(TEMPLATE));
  if (!opened.ok) throw new Error(opened.message);
  await opened.store.close();
  return cluster;
}

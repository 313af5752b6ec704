/** Databases for tests: the same tests run against SQLite and PostgreSQL. */
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, inject } from 'vitest';
import { openStore, type Store } from '../store.ts';
import { TEMPLATE } from './postgresDoor.ts';

export const DATABASES = ['SQLite', 'PostgreSQL'] as const;
export type DatabaseKind = (typeof DATABASES)[number];

export interface TestDatabases {
  /** Place of a new database; empty ones have no tables yet. */
  place(contents?: 'tables' | 'empty'): Promise<string>;
  /** A store in a new database, or in the one of that place. */
  open(place?: string): Promise<Store>;
}

/**
 * Call it inside of a `describe.each(DATABASES)`. Close what was opened. Files are removed after the block's last test; databases of
 * PostgreSQL go with their server, since dropping one costs it a second.
 */
export function databasesForTests(kind: DatabaseKind): TestDatabases {
  let folder: string | null = null;
  afterAll(() => {
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
  });

  const place = async (contents: 'tables' | 'empty' = 'tables'): Promise<string> => {
    if (kind === 'PostgreSQL') return newPostgres(contents);
    folder ??= mkdtempSync(join(tmpdir(), 'sandtable-db-'));
    return join(folder, `${newName()}.sqlite`);
  };
  return {
    place,
    open: async (at) => {
      const opened = await openStore(at ?? (await place()));
      if (!opened.ok) throw new Error(opened.message);
      return opened.store;
    },
  };
}

/**
 * What a test's server is started with: a new database where the test run says that servers are to be tried on PostgreSQL
 * (vitest.config.ts), else nothing, which is SQLite in the data folder.
 */
export async function databaseOfServer(dataDir: string): Promise<{ readonly database?: string }> {
  if (process.env['SANDTABLE_TEST_DATABASE'] !== 'PostgreSQL') return {};
  const database = servers.get(dataDir) ?? (await newPostgres('tables'));
  servers.set(dataDir, database);
  return { database };
}

/** By data folder: a server that is started anew has what it had. */
const servers = new Map<string, string>();

/** Counts through all blocks of a test file. */
let count = 0;

const newName = (): string => `t${process.pid}_${String(++count)}`;

async function newPostgres(contents: 'tables' | 'empty'): Promise<string> {
  const server = await postgresServer();
  const name = newName();
  const client = new pg.Client({ connectionString: server.replace('DATABASE', 'postgres') });
  await client.connect();
  try {
    await client.query(`create database ${name} template ${contents === 'tables' ? TEMPLATE : 'template0'}`);
  } finally {
    await client.end();
  }
  return server.replace('DATABASE', name);
}

/** A URL with `DATABASE` where the name of the database belongs. */
function postgresServer(): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath: inject('postgresDoor') }, (response) => {
      let said = '';
      response.setEncoding('utf8').on('data', (piece: string) => (said += piece));
      response.on('end', () => (response.statusCode === 200 ? resolve(said) : reject(new Error(said))));
    });
    asked.on('error', reject).end();
  });
}

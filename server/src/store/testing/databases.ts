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
  let server: string | null = null;

  const ask = async (question: string): Promise<void> => {
    server ??= await postgresServer();
    const client = new pg.Client({ connectionString: server.replace('DATABASE', 'postgres') });
    await client.connect();
    try {
      await client.query(question);
    } finally {
      await client.end();
    }
  };
  afterAll(() => {
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
  });

  const place = async (contents: 'tables' | 'empty' = 'tables'): Promise<string> => {
    const name = `t${process.pid}_${String(++count)}`;
    if (kind === 'SQLite') {
      folder ??= mkdtempSync(join(tmpdir(), 'sandtable-db-'));
      return join(folder, `${name}.sqlite`);
    }
    await ask(`create database ${name} template ${contents === 'tables' ? TEMPLATE : 'template0'}`);
    return server!.replace('DATABASE', name);
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

/** Counts through all blocks of a test file. */
let count = 0;

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

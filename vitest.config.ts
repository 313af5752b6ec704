import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** A package's tests stand beside its code. */
const project = (name: string, globalSetup: string[] = []) => ({
  extends: true as const,
  test: {
    name,
    globalSetup,
    root: `./${name}`,
    include: ['{src,native,bench,conformance,load}/**/*.test.{ts,tsx}'],
    environment: 'node' as const,
  },
});

/** PostgreSQL is started when a test asks for it. */
const server = project('server', [
  fileURLToPath(new URL('server/src/store/testing/postgresDoor.ts', import.meta.url)),
]);

/** Servers whose stores have no tests of their own on both databases: the same tests again, on PostgreSQL. */
const onPostgres = {
  ...server,
  test: {
    ...server.test,
    name: 'server on PostgreSQL',
    include: ['src/gateway/{accounts,courses,labs}.test.ts'],
    env: { SANDTABLE_TEST_DATABASE: 'PostgreSQL' },
  },
};

const scripts = {
  extends: true as const,
  test: { name: 'scripts', include: ['scripts/*.test.ts'], environment: 'node' as const },
};

export default defineConfig({
  test: {
    projects: [project('shared'), project('policy'), server, onPostgres, project('web'), scripts],
    pool: 'forks',
    // Two files at once keep two cores busy: many tests run guests beside themselves. Three took as long, and some of their waits too long.
    maxWorkers: 2,
    // Guests are real processes and the reference machine has two cores: 20 s tells a hang from a slow start.
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});

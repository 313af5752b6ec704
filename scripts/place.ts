import path from 'node:path';

/** The repository's folder. */
export const ROOT = path.resolve(import.meta.dirname, '..');

/** A path inside the repository. */
export const inRoot = (...parts: string[]): string => path.join(ROOT, ...parts);

/** What may be thrown away at any time: stamps and test reports. */
export const CACHE = inRoot('.cache');

/** Of the reference machine, which `npm test` is made for. */
export const CORES = 2;

export const WORKSPACES = ['shared', 'policy', 'server', 'web', 'e2e'] as const;

/** The pinned Node, which runs this file. */
export const NODE = process.execPath;

export const SERVER_MAIN = inRoot('server', 'src', 'cli', 'main.ts');

/** The program behind a package's command, to be run by the pinned Node without a shell in between. */
export const TOOL = {
  pnpm: inRoot('.tools', 'node_modules', 'pnpm', 'bin', 'pnpm.mjs'),
  tsc: inRoot('node_modules', 'typescript', 'bin', 'tsc'),
  eslint: inRoot('node_modules', 'eslint', 'bin', 'eslint.js'),
  prettier: inRoot('node_modules', 'prettier', 'bin', 'prettier.cjs'),
  depcruise: inRoot('node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs'),
  knip: inRoot('node_modules', 'knip', 'bin', 'knip.js'),
  vitest: inRoot('node_modules', 'vitest', 'vitest.mjs'),
  playwright: inRoot('node_modules', '@playwright', 'test', 'cli.js'),
  vite: inRoot('web', 'node_modules', 'vite', 'bin', 'vite.js'),
} as const;

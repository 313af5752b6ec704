import type { KnipConfig } from 'knip';

/** What is reached from no program, test or configuration is dead: `npm run knip` names it. */
const config: KnipConfig = {
  // Run by scripts/, which calls programs by path.
  ignoreDependencies: ['prettier'],
  ignoreBinaries: ['apt-get'],
  workspaces: {
    '.': { entry: ['scripts/house.ts', 'scripts/runTests.ts'], project: ['scripts/**/*.{ts,js,mjs}'] },
    shared: { entry: ['src/**/*.test.ts'], project: ['src/**/*.ts'] },
    server: {
      entry: ['src/cli/main.ts', 'bench/main.ts', 'src/**/*.test.ts'],
      project: ['{src,bench,native}/**/*.ts'],
    },
    web: { entry: ['src/main.tsx', 'src/**/*.test.{ts,tsx}'], project: ['src/**/*.{ts,tsx}'] },
    e2e: { entry: ['**/*.spec.ts'], project: ['**/*.ts'] },
  },
};

export default config;

import type { KnipConfig } from 'knip';

/** What is reached from no program, test or configuration is dead: `npm run knip` names it. */
const config: KnipConfig = {
  // Run by scripts/, which calls programs by path.
  ignoreDependencies: ['prettier'],
  ignoreBinaries: ['apt-get', 'make', 'pypy3', 'taskset'],
  // A type used inside its own file may be exported all the same: it documents what the exported functions take.
  ignoreExportsUsedInFile: { interface: true, type: true },
  workspaces: {
    '.': {
      entry: ['scripts/{bootstrap.mjs,house.ts,runTests.ts,serveStories.ts}', 'scripts/*.test.ts'],
      project: ['scripts/**/*.{ts,js,mjs}'],
    },
    shared: { entry: ['src/**/*.test.ts'], project: ['src/**/*.ts'] },
    policy: { entry: ['src/**/*.test.ts'], project: ['src/**/*.ts'] },
    server: {
      entry: [
        'src/cli/main.ts',
        'bench/main.ts',
        'bench/vfs.ts',
        'conformance/main.ts',
        'load/{main,soak}.ts',
        // Started as processes and threads by what measures.
        'load/{serverProcess,measuredWorker}.ts',
        'native/pypy-host/generateCalls.ts',
        // Run by hand when a version is released.
        'src/store/testing/writeEarlier.ts',
        // Started as a process by the tests.
        'native/tests/orphan.ts',
        'src/gateway/testing/savingServer.ts',
        'native/tests/fuzz.ts',
        '{src,native,bench,conformance,load}/**/*.test.ts',
      ],
      project: ['{src,bench,load,native,conformance}/**/*.ts'],
    },
    web: { entry: ['src/**/*.test.{ts,tsx}'], project: ['src/**/*.{ts,tsx}'] },
    e2e: { entry: ['**/*.spec.ts'], project: ['**/*.ts'] },
  },
};

export default config;

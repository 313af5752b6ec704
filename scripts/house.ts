/**
 * All commands of package.json, under the pinned Node (scripts/bootstrap.mjs brought us here).
 *
 * Each command names what it needs prepared, then does its one thing. Commands that end as another program become it
 * (`become`), so that signals, terminal and exit status are that program's own.
 */
import { CHECKS } from './checks.ts';
import type { Check } from './checks.ts';
import { buildNative, buildWeb } from './build.ts';
import { become, passSignalsOn, statusOfSignal, stopSignal } from './child.ts';
import { runDev } from './dev.ts';
import { CORES, inRoot, NODE, ROOT, SERVER_MAIN, TOOL } from './place.ts';
import { installPackages } from './packages.ts';
import { reportOnStdout, sayFailure, step, StepFailure } from './step.ts';
import { findOnPath, haveSystemParts, PARTS } from './systemParts.ts';
import { ONE_FAILED, summaryLine } from './testCounts.ts';

type Command = (args: string[]) => Promise<number>;

/** Where the user stood when calling npm, so that file names mean what they say. */
const CALLED_FROM = process.env['INIT_CWD'] ?? process.cwd();

async function prepareGuest(parts: keyof typeof PARTS): Promise<void> {
  await installPackages();
  await haveSystemParts(PARTS[parts]);
  await buildNative();
}

async function prepareAll(parts: keyof typeof PARTS): Promise<void> {
  await prepareGuest(parts);
  await buildWeb();
}

const checkCommand =
  (check: Check): Command =>
  async () => {
    await installPackages();
    await step(check.name, async () => {
      if (!(await check.passes({}, CORES))) throw new StepFailure(`${check.name}: see above`, check.cure);
    });
    return 0;
  };

const COMMANDS: Readonly<Record<string, Command>> = {
  start: async (args) => {
    await prepareAll('run');
    return become(NODE, [SERVER_MAIN, 'serve', ...args]);
  },
  test: async () => {
    reportOnStdout();
    try {
      await prepareAll('test');
    } catch (failure) {
      sayFailure(failure);
      console.log(summaryLine(ONE_FAILED));
      return 1;
    }
    const pypy = findOnPath('pypy3') ?? 'pypy3';
    return become(pypy, [inRoot('scripts', 'adoptOrphans.py'), NODE, inRoot('scripts', 'runTests.ts')]);
  },
  bench: async (args) => {
    await prepareAll('test');
    return become(NODE, [inRoot('server', 'bench', 'main.ts'), ...args]);
  },
  conformance: async (args) => {
    await prepareGuest('test');
    return become(NODE, [inRoot('server', 'conformance', 'main.ts'), ...args]);
  },
  load: async (args) => {
    await prepareGuest('run');
    return become(NODE, [inRoot('server', 'load', 'main.ts'), ...args]);
  },
  soak: async (args) => {
    await prepareGuest('run');
    return become(NODE, [inRoot('server', 'load', 'soak.ts'), ...args]);
  },
  fuzz: async (args) => {
    await prepareGuest('native');
    return become(NODE, [inRoot('server', 'native', 'tests', 'fuzz.ts'), ...args]);
  },
  dev: async () => {
    await prepareGuest('run');
    return runDev();
  },
  sandtable: async (args) => {
    await prepareGuest('run');
    return become(NODE, [SERVER_MAIN, ...args], CALLED_FROM);
  },
  native: async () => {
    await prepareGuest('native');
    return 0;
  },
  'build:web': async () => {
    await installPackages();
    await buildWeb();
    return 0;
  },
  typecheck: checkCommand(CHECKS.typecheck),
  deps: checkCommand(CHECKS.deps),
  knip: checkCommand(CHECKS.knip),
  'format:check': checkCommand(CHECKS.format),
  lint: async (args) => {
    await installPackages();
    return become(NODE, [TOOL.eslint, '--max-warnings', '0', ...(args.length > 0 ? args : ['.'])]);
  },
  format: async (args) => {
    await installPackages();
    return become(NODE, [
      TOOL.prettier,
      '--write',
      '--log-level',
      'warn',
      ...(args.length > 0 ? args : ['.']),
    ]);
  },
  unit: async (args) => {
    await prepareGuest('test');
    return become(NODE, [TOOL.vitest, 'run', ...args], ROOT);
  },
  e2e: async (args) => {
    await prepareAll('test');
    return become(NODE, [TOOL.playwright, 'test', ...args]);
  },
  pnpm: async (args) => become(NODE, [TOOL.pnpm, ...args]),
};

async function main(): Promise<number> {
  const [name = '', ...args] = process.argv.slice(2);
  const command = COMMANDS[name];
  if (command === undefined) {
    throw new StepFailure(`there is no command "${name}"`, `one of: ${Object.keys(COMMANDS).join(', ')}`);
  }
  return command(args);
}

passSignalsOn();
let status: number;
try {
  status = await main();
} catch (failure) {
  sayFailure(failure);
  status = 1;
}
const stopped = stopSignal();
process.exit(stopped === undefined ? status : statusOfSignal(stopped));

/** The checks that read the sources without running them. */
import { run } from './child.ts';
import type { ChildOptions } from './child.ts';
import { inRoot, NODE, TOOL, WORKSPACES } from './place.ts';

export interface Check {
  readonly name: string;
  readonly cure: string;
  /**
   * @param cores how many it may keep busy
   * @returns whether the sources pass; what is wrong has been printed.
   */
  readonly passes: (options: ChildOptions, cores: number) => Promise<boolean>;
}

const succeeds = async (options: ChildOptions, program: string, ...args: string[]): Promise<boolean> =>
  (await run(NODE, [program, ...args], options)).status === 0;

async function typecheck(options: ChildOptions, cores: number): Promise<boolean> {
  const projects = ['.', ...WORKSPACES].map((name) => inRoot(name, 'tsconfig.json'));
  for (const name of ['shared', 'policy']) projects.push(inRoot(name, 'tsconfig.pure.json'));
  let passed = true;
  const worker = async (): Promise<void> => {
    for (let project = projects.shift(); project !== undefined; project = projects.shift()) {
      if (!(await succeeds(options, TOOL.tsc, '--pretty', 'false', '-p', project))) passed = false;
    }
  };
  await Promise.all(Array.from({ length: cores }, worker));
  return passed;
}

export const CHECKS = {
  typecheck: {
    name: 'types',
    cure: 'each line above names a file, a line and a column',
    passes: typecheck,
  },
  lint: {
    name: 'lint',
    cure: 'npm run lint -- --fix mends what can be mended by itself',
    passes: (options) => succeeds(options, TOOL.eslint, '--max-warnings', '0', '.'),
  },
  format: {
    name: 'formatting',
    cure: 'npm run format',
    passes: (options) => succeeds(options, TOOL.prettier, '--check', '--log-level', 'warn', '.'),
  },
  deps: {
    name: 'dependency rules',
    cure: 'each rule above says how to mend it; the rules are in .dependency-cruiser.js',
    passes: (options) =>
      succeeds(
        options,
        TOOL.depcruise,
        '--config',
        '.dependency-cruiser.js',
        '--output-type',
        'err-long',
        ...WORKSPACES,
        'scripts',
      ),
  },
  knip: {
    name: 'unused code and packages',
    cure: 'remove what is listed above, or use it',
    passes: (options) => succeeds(options, TOOL.knip, '--no-progress'),
  },
} as const satisfies Record<string, Check>;

/** Installs the npm packages of all workspaces, exactly as pnpm-lock.yaml has them. */
import path from 'node:path';
import { run } from './child.ts';
import { inRoot, NODE, ROOT, TOOL, WORKSPACES } from './place.ts';
import { hashOf, isUpToDate, writeStamp } from './stamp.ts';
import { step, StepFailure } from './step.ts';

const INPUTS = [
  ...['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', 'tools/package-lock.json'],
  ...WORKSPACES.map((name) => path.join(name, 'package.json')),
];

/** npm's settings that decide whether a registry can be reached; pnpm reads npm's files only in part. */
const NETWORK_SETTINGS = ['registry', 'cafile', 'proxy', 'https_proxy', 'noproxy', 'strict_ssl'];

/**
 * npm's network settings under the names that pnpm reads.
 *
 * @param env what npm gives its scripts: one `npm_config_…` per setting that is not the default
 */
export function networkSettingsForPnpm(env: NodeJS.ProcessEnv): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const name of NETWORK_SETTINGS) {
    const value = env[`npm_config_${name}`];
    if (value !== undefined && value !== '') settings[`pnpm_config_${name}`] = value;
  }
  return settings;
}

/**
 * pnpm leaves out an optional package that it could not fetch and reports success; the builder's native part is such a
 * package, and without it nothing works.
 */
const LOAD_BUILDER = "await import('vite')";

export async function installPackages(): Promise<void> {
  const stamped = {
    stampFile: inRoot('node_modules', '.sandtable-stamp'),
    wanted: hashOf(ROOT, INPUTS),
    outputs: [
      inRoot('node_modules', '.modules.yaml'),
      ...WORKSPACES.map((name) => inRoot(name, 'node_modules')),
    ],
  };
  if (isUpToDate(stamped)) return;
  await step('installing npm packages', async () => {
    const args = ['install', '--frozen-lockfile', '--reporter=append-only'];
    const { status } = await run(NODE, [TOOL.pnpm, ...args], { env: networkSettingsForPnpm(process.env) });
    if (status !== 0) {
      throw new StepFailure(
        `pnpm install ended with status ${status}`,
        'check that the npm registry answers (npm ping); after an edit of a package.json run: npm run pnpm -- install',
      );
    }
    const loaded = await run(NODE, ['--input-type=module', '-e', LOAD_BUILDER], { cwd: inRoot('web') });
    if (loaded.status !== 0) {
      throw new StepFailure(
        'pnpm could not fetch a package that this machine needs',
        'check that the npm registry answers (npm ping), then: rm -rf node_modules */node_modules, and the same command again',
      );
    }
  });
  writeStamp(stamped);
}

/** The work that comes before a command: install, machine parts, C host, page. Each part is skipped when up to date. */
import path from 'node:path';
import { run } from './child.ts';
import { CACHE, inRoot, NODE, ROOT, TOOL, WORKSPACES } from './place.ts';
import { hashOf, isUpToDate, writeStamp } from './stamp.ts';
import type { Stamped } from './stamp.ts';
import { step, StepFailure } from './step.ts';
import { ensureSystemParts, missingParts } from './systemParts.ts';
import type { SystemPart } from './systemParts.ts';

async function once(name: string, stamped: Stamped, work: () => Promise<void>): Promise<void> {
  if (isUpToDate(stamped)) return;
  await step(name, work);
  writeStamp(stamped);
}

async function must(
  name: string,
  cure: string,
  program: string,
  args: readonly string[],
  cwd = ROOT,
): Promise<void> {
  const { status } = await run(program, args, { cwd });
  if (status !== 0) throw new StepFailure(`${name} ended with status ${status}`, cure);
}

/** Installs the npm packages exactly as pnpm-lock.yaml has them. */
export async function installPackages(): Promise<void> {
  const manifests = WORKSPACES.map((name) => path.join(name, 'package.json'));
  const inputs = [
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    'package.json',
    'tools/package-lock.json',
    ...manifests,
  ];
  const stamped = {
    stampFile: inRoot('node_modules', '.sandtable-stamp'),
    wanted: hashOf(ROOT, inputs),
    outputs: [
      inRoot('node_modules', '.modules.yaml'),
      ...WORKSPACES.map((name) => inRoot(name, 'node_modules')),
    ],
  };
  await once('installing npm packages', stamped, () =>
    must(
      'pnpm install',
      'check that the npm registry answers (npm ping); after an edit of a package.json run: npm run pnpm -- install',
      NODE,
      [TOOL.pnpm, 'install', '--frozen-lockfile', '--reporter=append-only', '--loglevel=warn'],
    ),
  );
}

export async function haveSystemParts(parts: readonly SystemPart[]): Promise<void> {
  if (missingParts(parts).length === 0) return;
  await step('looking for compiler, PyPy and test tools', async () => ensureSystemParts(parts));
}

/** Builds the C host; make knows what is up to date. */
export async function buildNative(): Promise<void> {
  await must(
    'building the C host',
    'read the compiler messages above; `make -C server/native clean` starts afresh',
    'make',
    ['-C', inRoot('server', 'native'), '--silent', '--no-print-directory'],
  );
}

/** Not the whole of web/, which holds its own output. */
const WEB_INPUTS = [
  ...['src', 'public', 'index.html', 'vite.config.ts', 'package.json', 'tsconfig.json'].map(
    (name) => `web/${name}`,
  ),
  ...['shared/src', 'shared/package.json', 'pnpm-lock.yaml', 'tsconfig.base.json'],
];

/** Builds the page into web/dist. */
export async function buildWeb(): Promise<void> {
  const stamped = {
    stampFile: path.join(CACHE, 'stamps', 'web'),
    wanted: hashOf(ROOT, WEB_INPUTS),
    outputs: [inRoot('web', 'dist', 'index.html')],
  };
  await once('building the page', stamped, () =>
    must(
      'vite build',
      'read the message above; `npm run dev` shows the same error with its place in the source',
      NODE,
      [TOOL.vite, 'build', '--logLevel', 'warn'],
      inRoot('web'),
    ),
  );
}

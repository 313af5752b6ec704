/** What is built from our own sources: the C host and the page. */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { run } from './child.ts';
import { CACHE, inRoot, NODE, ROOT, TOOL } from './place.ts';
import { hashOf, isUpToDate, writeStamp } from './stamp.ts';
import { step, StepFailure } from './step.ts';

const MAKE_ARGS = ['-C', inRoot('server', 'native'), '--silent', '--no-print-directory'];

/** Builds the C host, unless make says that it is up to date. */
export async function buildNative(): Promise<void> {
  // `--question` would say no for ever: a generated header that stayed the same keeps its old date.
  const dry = spawnSync('make', [...MAKE_ARGS, '--dry-run'], { encoding: 'utf8' });
  if (dry.status === 0 && dry.stdout.trim() === '') return;
  await step('building the C host', async () => {
    const { status } = await run('make', [...MAKE_ARGS, `--jobs=${availableParallelism()}`]);
    if (status !== 0) {
      throw new StepFailure(
        `make ended with status ${status}`,
        'read the messages above; `make -C server/native clean` starts afresh',
      );
    }
  });
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
  if (isUpToDate(stamped)) return;
  await step('building the page', async () => {
    const { status } = await run(NODE, [TOOL.vite, 'build', '--logLevel', 'warn'], { cwd: inRoot('web') });
    if (status !== 0) {
      throw new StepFailure(
        `vite build ended with status ${status}`,
        'read the message above; `npm run dev` shows the same error with its place in the source',
      );
    }
  });
  writeStamp(stamped);
}

/** What is built from our own sources: the C host and the page. */
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { run } from './child.ts';
import { CACHE, inRoot, NODE, ROOT, TOOL } from './place.ts';
import { hashOf, isUpToDate, writeStamp } from './stamp.ts';
import { step, StepFailure } from './step.ts';

/** Builds the C host. The stamp only saves the question: what is out of date is for make to decide. */
export async function buildNative(): Promise<void> {
  const stamped = {
    stampFile: path.join(CACHE, 'stamps', 'native'),
    wanted: hashOf(ROOT, ['server/native', 'shared/src']),
    outputs: [inRoot('server', 'native', 'build', 'sandtable-host')],
  };
  if (isUpToDate(stamped)) return;
  await step('building the C host', async () => {
    const folder = inRoot('server', 'native');
    const jobs = `--jobs=${availableParallelism()}`;
    const { status } = await run('make', ['-C', folder, '--silent', '--no-print-directory', jobs]);
    if (status !== 0) {
      throw new StepFailure(
        `make ended with status ${status}`,
        'read the messages above; `make -C server/native clean` starts afresh',
      );
    }
  });
  writeStamp(stamped);
}

/** Not the whole of web/, which holds its own output. */
const WEB_INPUTS = [
  ...['src', 'public', 'index.html', 'vite.config.ts', 'package.json', 'tsconfig.json'].map(
    (name) => `web/${name}`,
  ),
  ...[
    'shared/src',
    'shared/package.json',
    'policy/src',
    'policy/package.json',
    'pnpm-lock.yaml',
    'tsconfig.base.json',
  ],
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

/** Checks with real guests, as the check desk orders them. */
import type { RunChecks } from './checkDesk.ts';
import { runChecks } from './checkRunner.ts';
import { labInstance } from './labInstance.ts';

export const guestChecks: RunChecks = async ({
  instance: { pack, seed },
  files,
  folder,
  earlier,
  signal,
  progress,
}) => {
  // Some values are other ones where it is judged than on the bench.
  const instance = labInstance(pack, seed, 'checks');
  const titles = new Map(instance.manifest.checks.map(({ id, title }) => [id, title]));
  const run = await runChecks({
    instance,
    files,
    folder,
    signal,
    ...(earlier === undefined ? {} : { earlier }),
    progress: ({ done, total, check, state }) => {
      // Judging what has run takes a moment, and is nothing that anybody waits for.
      if (state !== 'judged') progress(done, total, titles.get(check) ?? null);
    },
  });
  return run.ok ? run : { ok: false, message: run.message };
};

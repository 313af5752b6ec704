/** Requests about doing labs. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LabReplies } from '@sandtable/shared/labMessages';
import type { Reply } from '@sandtable/shared/protocol';
import { shownResults } from '@sandtable/shared/labs/checkResult';
import { attemptView, resultsOf } from '../labs/attemptView.ts';
import { evidenceFile } from '../labs/evidenceFiles.ts';
import { encodingOf } from '../store/fileContent.ts';
import { restoredOf, tellChanges } from './historyHandlers.ts';
import { done, NO_BENCH, refused } from './replies.ts';
import type { Handler, Services } from './requestHandlers.ts';

const NO_WORK = refused('not-found', 'This bench is no work at a lab. Open the lab from the catalogue.');
const NO_ATTEMPT = refused('not-found', 'There is no such attempt any more.');
const NO_EVIDENCE = refused(
  'not-found',
  'The trace of that run is not kept any more. Check again to make a new one.',
);

export function labHandlers({ store, sessions, pages, labs }: Services): {
  readonly [N in keyof LabReplies]: Handler<N>;
} {
  const { works, checks } = labs;

  const ask = async (
    bench: string,
    kind: 'check' | 'hand-in',
  ): Promise<Reply<{ readonly attempt: string }>> => {
    const work = await works.of(bench);
    if (work === null) return NO_WORK;
    if (kind === 'hand-in') {
      const closed = await works.closed(work, Date.now());
      if (closed !== null) return refused('forbidden', closed);
    }
    const asked = await checks.ask(work, kind, await works.hintCost(work));
    return asked.ok ? done({ attempt: asked.attempt }) : refused('busy', asked.message);
  };

  return {
    'lab.list': async (_body, _page, { person }) => done(await works.catalogue(person)),

    'lab.open': async (body, _page, { person }) => {
      const opened = await works.open(person, body);
      return opened.ok ? done({ bench: opened.bench }) : refused(opened.code, opened.message);
    },

    'lab.task': async ({ bench }) => done(await works.task(bench, checks.progressOf(bench))),

    'lab.check': ({ bench }) => ask(bench, 'check'),
    'lab.hand-in': ({ bench }) => ask(bench, 'hand-in'),

    'lab.cancel': ({ bench }) => {
      checks.cancel(bench);
      return Promise.resolve(done(null));
    },

    'lab.attempts': async ({ bench }) => done((await store.attempts.ofBench(bench)).map(attemptView)),

    'lab.attempt': async ({ bench, attempt }) => {
      const row = await store.attempts.get(attempt);
      return row?.bench === bench ? done(attemptView(row)) : NO_ATTEMPT;
    },

    'lab.evidence': async ({ bench, attempt, run }) => {
      const row = await store.attempts.get(attempt);
      if (row?.bench !== bench) return NO_ATTEMPT;
      // Only what a finding that is shown speaks of: the runs of hidden checks lie in the same folder.
      const shown = shownResults(resultsOf(row) ?? []);
      if (!shown.some(({ findings }) => findings.some((each) => each.run === run))) return NO_EVIDENCE;
      const file = join(checks.folder(attempt), evidenceFile(run));
      if (!existsSync(file)) return NO_EVIDENCE;
      const known = await labs.evidence.runOf(attempt, run);
      if (known !== null) {
        const again = await sessions.show(bench, known);
        if (again.ok) return done({ run: known });
        if (again.code === 'busy') return refused('busy', again.message);
      }
      const imported = await sessions.importTrace(bench, file);
      if (!imported.ok) return refused('busy', imported.problems[0]?.message ?? 'The trace cannot be shown.');
      labs.evidence.isRun(attempt, run, imported.id);
      return done({ run: imported.id });
    },

    'lab.hint': async ({ bench, index }) => {
      const work = await works.of(bench);
      if (work === null) return NO_WORK;
      if (work.instance.manifest.hints[index] === undefined)
        return refused('not-found', 'The lab has no such hint.');
      await store.attempts.takeHint(bench, index);
      pages.tell(bench, 'lab.changed', { bench });
      const task = await works.task(bench, checks.progressOf(bench));
      return task === null ? NO_WORK : done(task);
    },

    'lab.reset': async ({ bench, path }, page, { person }) => {
      const work = await works.of(bench);
      if (work === null) return NO_WORK;
      const { starter } = work.instance;
      if (path !== undefined && !starter.has(path))
        return refused('not-found', `The lab did not begin with a file ${path}. Nothing was changed.`);
      const wanted = [...starter]
        .filter(([name]) => path === undefined || name === path)
        .map(([name, bytes]) => ({ path: name, content: { encoding: encodingOf(bytes), bytes } }));
      const changed = await store.files.change(bench, wanted, { only: path !== undefined, person });
      if (changed === null) return NO_BENCH;
      tellChanges(pages, bench, page, changed);
      return done(restoredOf(changed));
    },
  };
}

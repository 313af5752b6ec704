/** Requests about runs. Only a page that has the bench open may steer its run. */
import { labPartOf } from '../labs/labRun.ts';
import { refused, done } from './replies.ts';
import type { Handler, Services } from './requestHandlers.ts';
import { barred as barredFrom, type Bar } from './runAccess.ts';

type Name =
  | 'policy.check'
  | 'run.start'
  | 'run.list'
  | 'run.show'
  | 'run.input'
  | 'run.interrupt'
  | 'run.stop'
  | 'run.resize'
  | 'run.ack'
  | 'run.rows'
  | 'run.query';

/** What a script is called unless the page says otherwise. */
const DEFAULT_SCRIPT = 'script.py';

const NOT_RUNNING = refused('not-running', 'The guest has ended already.');
const LOG_GONE = refused('internal', 'The log of this run could not be read. Try again.');

export function runHandlers(services: Services): { readonly [N in Name]: Handler<N> } {
  const { store, sessions, pages, labs } = services;
  const barred = (run: string, page: string): Promise<Bar | null> => barredFrom(services, run, page);
  /** Does something to a run that is under way. Synchronous after the check: nothing overtakes it. */
  const steer = async (
    run: string,
    page: string,
    act: () => void,
  ): Promise<Bar | { ok: true; value: null }> => {
    const bar = await barred(run, page);
    if (bar !== null) return bar;
    if (!sessions.isUnderWay(run)) return NOT_RUNNING;
    act();
    return { ok: true, value: null };
  };

  return {
    'policy.check': async ({ source }) => done(await sessions.checkPolicy(source)),

    'run.start': async ({ bench, mode, script, args, cold, audit, lines, size }, page) => {
      if (!pages.hasOpen(page, bench))
        return refused('forbidden', 'This page does not have that bench open.');
      const work = await labs.works.of(bench);
      const result = await sessions.start({
        bench,
        mode,
        script: script ?? DEFAULT_SCRIPT,
        args: args ?? [],
        cold: cold ?? false,
        audit: audit ?? false,
        lines: lines ?? false,
        size,
        ...(work === null ? {} : { lab: labPartOf(work.instance) }),
      });
      if (result.ok) return done(result.snapshot);
      const diagnostics = 'diagnostics' in result ? result.diagnostics : undefined;
      return refused(result.code, result.message, diagnostics === undefined ? {} : { diagnostics });
    },

    'run.list': async ({ bench }, page) => {
      if (!pages.hasOpen(page, bench))
        return refused('forbidden', 'This page does not have that bench open.');
      const rows = await store.runs.listOf(bench);
      return done(
        rows.map(({ id, mode, started_at, status }) => ({ id, mode, startedAt: started_at, status })),
      );
    },

    'run.show': async ({ bench, run }, page) => {
      const bar = await barred(run, page);
      if (bar !== null) return bar;
      const shown = await sessions.show(bench, run);
      return shown.ok ? done(null) : refused(shown.code, shown.message);
    },

    'run.input': ({ run, data }, page) => steer(run, page, () => sessions.input(run, data)),
    'run.interrupt': ({ run }, page) => steer(run, page, () => sessions.interrupt(run)),
    'run.stop': ({ run }, page) => steer(run, page, () => sessions.stop(run)),
    'run.resize': ({ run, size }, page) => steer(run, page, () => sessions.resize(run, size)),

    'run.ack': async ({ run, chars }, page) => {
      sessions.acknowledge(run, page, chars);
      return done(null);
    },

    'run.rows': async ({ run, from, count }, page) => {
      const bar = await barred(run, page);
      if (bar !== null) return bar;
      const rows = await sessions.books.rows(run, from, count);
      return rows === null ? LOG_GONE : done(rows);
    },

    'run.query': async ({ run, filter, from, direction, count }, page) => {
      const bar = await barred(run, page);
      if (bar !== null) return bar;
      const found = await sessions.books.search(run, filter, from, direction, count);
      if (found === null) return LOG_GONE;
      return found.ok ? done({ rows: found.rows, next: found.next }) : refused('bad-request', found.message);
    },
  };
}

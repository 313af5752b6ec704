/** Who may use a run: a page that has its bench open. */
import type { ProtocolError } from '@sandtable/shared/protocol';
import type { Sessions } from '../sessions/sessions.ts';
import type { Pages } from './pages.ts';
import { NO_RUN, refused } from './replies.ts';

const NOT_OPEN = refused('forbidden', 'This page does not have the bench of that run open.');

export type Bar = { readonly ok: false; readonly error: ProtocolError };

/** Why the page may not use the run, or null. */
export async function barred(
  { sessions, pages }: { readonly sessions: Sessions; readonly pages: Pages },
  run: string,
  page: string,
): Promise<Bar | null> {
  const bench = await sessions.benchOf(run);
  if (bench === null) return NO_RUN;
  return pages.hasOpen(page, bench) ? null : NOT_OPEN;
}

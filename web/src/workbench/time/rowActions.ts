/** What one can do with a row of the past: keep it with a note, hand it to somebody else. */
import { MAX_NOTE_CHARS } from '@sandtable/shared/travelMessages';
import { askText } from '../../app/asking.ts';
import { notify } from '../../app/notices.ts';
import { rowLink } from '../../app/route.ts';
import type { Session } from '../../session/session.ts';
import type { TimeTravel } from '../../session/timeTravel.ts';
import { openBench } from '../../session/workState.ts';

export async function editBookmark(travel: TimeTravel, n: number): Promise<void> {
  const known = travel.bookmarkAt(n);
  const note = await askText({
    title: known === undefined ? `Bookmark row ${n}` : `Bookmark of row ${n}`,
    text: 'Everybody who has this bench open sees it.',
    action: 'Keep it',
    field: {
      label: 'Note',
      initial: known?.note ?? '',
      complaint: (text) => (text.length > MAX_NOTE_CHARS ? `At most ${MAX_NOTE_CHARS} characters.` : null),
    },
  });
  if (note !== null) await travel.setBookmark(n, note.trim());
}

export async function copyRowLink(session: Session, n: number): Promise<void> {
  const bench = openBench(session.state);
  const { run } = session.state;
  if (bench === null || run === null) return;
  const link = rowLink(bench, run.run, n);
  try {
    await navigator.clipboard.writeText(link);
    notify({ level: 'info', title: 'The link is in the clipboard', text: link });
  } catch {
    notify({ level: 'warning', title: 'Copy this link yourself', text: link });
  }
}

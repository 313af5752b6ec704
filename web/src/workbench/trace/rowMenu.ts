/** What one can do with the selected row. */
import { clickFilter, type FilterField } from '@sandtable/shared/filter';
import type { Session } from '../../session/session.ts';
import type { TimeTravel } from '../../session/timeTravel.ts';
import type { MenuPart } from '../../ui/Menu.tsx';
import { copyRowLink, editBookmark } from '../time/rowActions.ts';
import { pathOf } from './describe.ts';
import { goToPolicyLine, policyPlace } from './goTo.ts';
import type { TraceView } from './traceView.ts';

export function rowMenu(session: Session, trace: TraceView, travel: TimeTravel): readonly MenuPart[] {
  const { selectedRow: row, filterText } = trace.get();
  if (row === null) return ['No row is selected'];
  const filter = (field: FilterField, value: string | number, negated = false): MenuPart => ({
    id: `${negated ? '-' : ''}${field}`,
    title: `${negated ? 'Hide' : 'Show only'} ${field}:${value}`,
    onSelect: () => trace.setFilter(clickFilter(filterText, field, value, negated)),
  });
  const path = pathOf(row);
  const failure = row.errno ?? row.raise;
  const place = policyPlace(session, row);
  return [
    `Row ${row.n}`,
    {
      id: 'policy',
      title: place === null ? 'Who decided this?' : `Go to policy.ts:${place.line}`,
      onSelect: () => void goToPolicyLine(session, row),
    },
    {
      id: 'moment',
      title: 'Go to this moment',
      note: 'terminal, files and descriptors as they were',
      onSelect: () => travel.go(row.n),
    },
    {
      id: 'bookmark',
      title: travel.bookmarkAt(row.n) === undefined ? 'Bookmark this row' : 'Change the bookmark',
      onSelect: () => void editBookmark(travel, row.n),
    },
    { id: 'link', title: 'Copy a link to this row', onSelect: () => void copyRowLink(session, row.n) },
    {
      id: 'copy',
      title: 'Copy the row as JSON',
      onSelect: () => void navigator.clipboard.writeText(JSON.stringify(row)),
    },
    null,
    filter('call', row.call),
    ...(path === null ? [] : [filter('path', path)]),
    filter('verdict', row.verdict),
    ...(failure === undefined ? [] : [filter('errno', failure)]),
    filter('rule', row.rule),
    null,
    filter('call', row.call, true),
    ...(path === null ? [] : [filter('path', path, true)]),
    filter('verdict', row.verdict, true),
  ];
}

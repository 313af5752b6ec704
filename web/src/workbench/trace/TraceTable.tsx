import type { CallEvent } from '@sandtable/shared/events';
import { clickFilter } from '@sandtable/shared/filter';
import { useCallback, useEffect, useId } from 'react';
import { RightMenu } from '../../ui/Menu.tsx';
import { goToPolicyLine } from './goTo.ts';
import { rowMenu } from './rowMenu.ts';
import { ROW_FIELDS, TraceRow, type RowField } from './TraceRow.tsx';
import { useScaledList } from './useScaledList.ts';
import { useTrace, useTraceView } from './useTrace.ts';
import { useSession } from '../../session/useSession.ts';
import { useTravel } from '../../session/useTravel.ts';
import { useFocusWish } from '../useFocusWish.ts';

const COLUMNS = [
  ['#', 'trace-n', 'Number of the call in this run'],
  ['t', 'trace-t', 'Seconds since the run began'],
  ['call', 'trace-call', 'Name of the call'],
  ['arguments', 'trace-args', 'What the guest passed'],
  ['verdict', '', 'What was decided'],
  ['result', 'trace-outcome', 'What the guest saw'],
  ['µs', 'trace-us', 'Microseconds from request to reply'],
] as const;

/** The list of calls, with the menu of the selected one. */
export function TraceTable({ onDetail }: { readonly onDetail: () => void }) {
  const session = useSession();
  const trace = useTraceView();
  const travel = useTravel();
  useTrace();
  return <RightMenu parts={rowMenu(session, trace, travel)} trigger={<TraceGrid onDetail={onDetail} />} />;
}

type TraceGridProps = React.ComponentProps<'div'> & { readonly onDetail: () => void };

/** The value of a row that the pointer is on, where one can filter on it. */
function valueAt(target: EventTarget): { readonly element: HTMLElement; readonly field: RowField } | null {
  const element = (target as Element).closest<HTMLElement>('.trace-value[data-field]');
  return element === null ? null : { element, field: element.dataset['field'] as RowField };
}

/** One element has the focus; arrows move the selection, which a screen reader follows. All else is the menu's, which is not drawn anew with each row. */
function TraceGrid({ onDetail, ref, ...menu }: TraceGridProps) {
  const session = useSession();
  const trace = useTraceView();
  const travel = useTravel();
  const { count, follow, selected, reveal, turn } = useTrace();
  const id = useId();
  const list = useScaledList({ rows: count, follow, onFollow: (now) => trace.setFollow(now) });
  const { from, to, showRow } = list;

  useFocusWish('trace', null, () => list.scroller.current?.focus());
  useEffect(() => trace.want(from, to), [trace, from, to, turn]);

  useEffect(() => {
    if (reveal.turn > 0) showRow(reveal.index);
  }, [reveal, showRow]);

  // In the past a row is a moment: everything moves there with it.
  const select = useCallback(
    (n: number) => {
      trace.select(n);
      if (travel.state.wanted !== null) travel.go(n);
    },
    [trace, travel],
  );
  const rowOf = (target: EventTarget): { readonly n: number; readonly row: CallEvent | undefined } | null => {
    const element = (target as Element).closest('[role=row][id]');
    const n = element === null ? NaN : Number(element.id.slice(id.length + 1));
    return Number.isInteger(n) ? { n, row: trace.rowAt(Number(element?.ariaRowIndex) - 2) } : null;
  };
  const onClick = (event: React.MouseEvent): void => {
    const at = rowOf(event.target);
    if (at === null) return;
    const value = valueAt(event.target);
    const wanted = value === null || at.row === undefined ? null : ROW_FIELDS[value.field](at.row);
    if (value !== null && wanted !== null)
      trace.setFilter(clickFilter(trace.get().filterText, value.field, wanted, event.altKey));
    select(at.n);
  };
  const onDoubleClick = (event: React.MouseEvent): void => {
    const row = rowOf(event.target)?.row;
    if (row !== undefined) void goToPolicyLine(session, row);
  };
  // Rows are used again for others, so what a tooltip says is found when the pointer comes.
  const onMouseOver = (event: React.MouseEvent): void => {
    const value = valueAt(event.target);
    const row = value === null ? undefined : rowOf(event.target)?.row;
    if (value !== null && row !== undefined)
      value.element.title = `Show only ${value.field}:${ROW_FIELDS[value.field](row)} (with Alt: hide it)`;
    else if (event.target instanceof HTMLElement && event.target.closest('.trace-args') !== null)
      event.target.title = event.target.textContent;
  };

  const moveBy = (step: number | 'start' | 'end') => {
    if (count === 0) return;
    const at = selected === null ? -1 : trace.indexOf(selected);
    const wanted =
      step === 'start' ? 0 : step === 'end' ? count - 1 : at < 0 ? (step > 0 ? from : count - 1) : at + step;
    const next = Math.max(0, Math.min(count - 1, wanted));
    const n = trace.numberAt(next);
    if (n === null) return;
    trace.setFollow(step === 'end');
    select(n);
    showRow(next);
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const steps: Record<string, number | 'start' | 'end'> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: list.rowsPerPage,
      PageUp: -list.rowsPerPage,
      Home: 'start',
      End: 'end',
    };
    const step = steps[event.key];
    if (step !== undefined) moveBy(step);
    else if (event.key === 'Enter' && selected !== null) onDetail();
    else return;
    event.preventDefault();
  };

  // A row that comes into view takes the elements of one that left, so that scrolling makes none. While one scrolls they keep their
  // order in the document, because an element that moves there is styled and laid out anew, and a row that comes in above would move
  // all the others; at rest they are in the order of their numbers, for whoever reads the document.
  const places = Array.from({ length: to - from }, (_, index) => from + index);
  if (list.moving) places.sort((a, b) => (a % list.slots) - (b % list.slots));
  const rows = [];
  for (const at of places) {
    const n = trace.numberAt(at);
    rows.push(
      <TraceRow
        key={at % list.slots}
        id={`${id}-${n}`}
        place={at + 1}
        n={n}
        row={trace.rowAt(at)}
        top={list.placeOf(at)}
        selected={n !== null && n === selected}
      />,
    );
  }
  const { scroller } = list;
  const attach = useCallback(
    (element: HTMLDivElement | null) => {
      scroller.current = element;
      if (typeof ref === 'function') return ref(element);
      if (ref !== null && ref !== undefined) ref.current = element;
      return undefined;
    },
    [ref, scroller],
  );
  const selectedAt = selected === null ? -1 : trace.indexOf(selected);
  const inView = selectedAt >= from && selectedAt < to && trace.numberAt(selectedAt) === selected;
  return (
    <div
      {...menu}
      ref={attach}
      className="trace-table"
      role="grid"
      aria-label="Calls"
      aria-rowcount={count + 1}
      aria-colcount={COLUMNS.length}
      aria-activedescendant={inView ? `${id}-${selected}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onClick={onClick}
      onDoubleClick={onDoubleClick}
      onMouseOver={onMouseOver}
      onContextMenu={(event) => {
        const at = rowOf(event.target);
        if (at !== null) trace.select(at.n);
        menu.onContextMenu?.(event);
      }}
    >
      {HEAD}
      <div role="rowgroup" className="trace-rows" style={{ height: list.bar }}>
        {/* While one scrolls only this moves; rows that stay in view are not drawn anew. */}
        <div role="presentation" className="trace-shift" style={{ transform: `translateY(${list.shift}px)` }}>
          {rows}
        </div>
      </div>
    </div>
  );
}

const HEAD = (
  <div role="row" aria-rowindex={1} className="trace-row trace-head">
    {COLUMNS.map(([name, className, title]) => (
      <span key={name} role="columnheader" className={className} title={title}>
        {name}
      </span>
    ))}
  </div>
);

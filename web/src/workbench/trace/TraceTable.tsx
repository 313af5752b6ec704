import type { CallEvent } from '@sandtable/shared/events';
import { clickFilter, type FilterField } from '@sandtable/shared/filter';
import { useCallback, useEffect, useId } from 'react';
import { RightMenu } from '../../ui/Menu.tsx';
import { goToPolicyLine } from './goTo.ts';
import { rowMenu } from './rowMenu.ts';
import { TraceRow } from './TraceRow.tsx';
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

/** Rows drawn at once, at most, before their elements are counted anew: a screen has fewer. */
const SLOTS = 256;

/** The list of calls. One element has the focus; arrows move the selection, which a screen reader follows. */
export function TraceTable({ onDetail }: { readonly onDetail: () => void }) {
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
  const onFilter = useCallback(
    (field: FilterField, value: string | number, negated: boolean) => {
      trace.setFilter(clickFilter(trace.get().filterText, field, value, negated));
    },
    [trace],
  );
  const onGo = useCallback((row: CallEvent) => void goToPolicyLine(session, row), [session]);

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

  // A row that comes into view takes the elements of one that left, so that scrolling makes none.
  const slots = SLOTS * Math.max(1, Math.ceil((to - from) / SLOTS));
  const rows = [];
  for (let at = from; at < to; at++) {
    const n = trace.numberAt(at);
    rows.push(
      <TraceRow
        key={at % slots}
        id={`${id}-${n}`}
        place={at + 1}
        n={n}
        row={trace.rowAt(at)}
        top={list.placeOf(at)}
        selected={n !== null && n === selected}
        onSelect={select}
        onGo={onGo}
        onFilter={onFilter}
      />,
    );
  }
  const selectedAt = selected === null ? -1 : trace.indexOf(selected);
  const inView = selectedAt >= from && selectedAt < to && trace.numberAt(selectedAt) === selected;
  return (
    <RightMenu
      parts={rowMenu(session, trace, travel)}
      trigger={
        <div
          ref={list.scroller}
          className="trace-table"
          role="grid"
          aria-label="Calls"
          aria-rowcount={count + 1}
          aria-colcount={COLUMNS.length}
          aria-activedescendant={inView ? `${id}-${selected}` : undefined}
          tabIndex={0}
          onKeyDown={onKeyDown}
          onContextMenu={(event) => {
            const row = (event.target as HTMLElement).closest('[role=row]')?.id;
            const n = row === undefined ? NaN : Number(row.slice(id.length + 1));
            if (Number.isInteger(n)) trace.select(n);
          }}
        >
          <div role="row" aria-rowindex={1} className="trace-row trace-head">
            {COLUMNS.map(([name, className, title]) => (
              <span key={name} role="columnheader" className={className} title={title}>
                {name}
              </span>
            ))}
          </div>
          <div role="rowgroup" className="trace-rows" style={{ height: list.bar }}>
            {/* While one scrolls only this moves; rows that stay in view are not drawn anew. */}
            <div role="presentation" style={{ transform: `translateY(${list.shift}px)` }}>
              {rows}
            </div>
          </div>
        </div>
      }
    />
  );
}

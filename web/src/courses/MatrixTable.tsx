/**
 * The table of a course. Only what can be seen is drawn, in both directions: sixty thousand cells are a page of a thousand.
 *
 * It is one stop for Tab, as the ARIA practices have it for grids: arrows, Home, End, Page Up and Page Down (with Ctrl as far as it
 * goes) move between cells, Enter opens the work. The cell that has the focus stays drawn wherever one scrolls, so the focus is NEVER lost.
 */
import type { MatrixAssignment } from '@sandtable/shared/progressReplies';
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { BodyCell, cellKey, HeadCell } from './MatrixCells.tsx';
import { drawnWith, movedTo, type CellAt } from './matrixKeys.ts';
import { columnsOf, type ShownPerson } from './matrixRows.ts';
import { shownAgo } from './times.ts';
import { useNow } from '../ui/useNow.ts';

/** In rem: a row, the names, a sum, a check. */
const ROW = 2;
const HEAD = 4.2;
const NAMES = 15;
const SUM = 7.5;
const CHECK = 2.4;

interface MatrixTableProps {
  readonly assignments: readonly MatrixAssignment[];
  readonly people: readonly ShownPerson[];
  readonly onOpen: (person: string, assignment: string, bench: string | null) => void;
}

export function MatrixTable({ assignments, people, onOpen }: MatrixTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const rem = useRem();
  const columns = useMemo(() => columnsOf({ assignments }), [assignments]);
  const now = useNow();
  const [chosen, setChosen] = useState<CellAt>({ row: 0, column: 0 });
  /** Where a key led: it is shown and gets the focus once it is drawn. */
  const going = useRef<CellAt | null>(null);
  const stop = {
    row: Math.min(chosen.row, people.length - 1),
    column: Math.min(chosen.column, columns.length - 1),
  };
  const rows = useVirtualizer({
    count: people.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW * rem,
    scrollMargin: HEAD * rem,
    scrollPaddingStart: HEAD * rem,
    overscan: 4,
    rangeExtractor: (range) => drawnWith(defaultRangeExtractor(range), stop.row, people.length),
  });
  const across = useVirtualizer({
    horizontal: true,
    count: columns.length,
    getScrollElement: () => scroller.current,
    estimateSize: (at) => (columns[at]!.check === null ? SUM : CHECK) * rem,
    scrollMargin: NAMES * rem,
    scrollPaddingStart: NAMES * rem,
    overscan: 4,
    rangeExtractor: (range) => drawnWith(defaultRangeExtractor(range), stop.column, columns.length),
  });
  useEffect(() => {
    rows.measure();
    across.measure();
  }, [rows, across, rem, columns]);
  useLayoutEffect(() => {
    const to = going.current;
    if (to === null) return;
    going.current = null;
    rows.scrollToIndex(to.row);
    across.scrollToIndex(to.column);
    const cell = scroller.current?.querySelector<HTMLElement>(`[data-at="${cellKey(to.row, to.column)}"]`);
    cell?.focus({ preventScroll: true });
  });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.shiftKey) return;
    const seen = (scroller.current?.clientHeight ?? 0) / rem - HEAD;
    const to = movedTo(
      stop,
      { key: event.key, far: event.ctrlKey || event.metaKey },
      { rows: people.length, columns: columns.length, page: Math.max(1, Math.floor(seen / ROW) - 1) },
    );
    if (to === null) return;
    event.preventDefault();
    going.current = to;
    setChosen(to);
  };
  const shownColumns = across.getVirtualItems();
  return (
    <div
      ref={scroller}
      className="matrix"
      role="grid"
      aria-label="Progress"
      aria-rowcount={people.length + 1}
      aria-colcount={columns.length + 1}
      // Without a cell there is nothing in it that Tab could lead to.
      tabIndex={people.length === 0 ? 0 : -1}
      onKeyDown={onKeyDown}
      onFocus={({ target }) => {
        const [row, column] = ((target as HTMLElement).dataset['at'] ?? '').split(':').map(Number);
        if (row !== undefined && column !== undefined && (row !== stop.row || column !== stop.column))
          setChosen({ row, column });
      }}
    >
      <div
        className="matrix-ground"
        style={{
          width: across.getTotalSize() + NAMES * rem,
          height: rows.getTotalSize() + HEAD * rem,
        }}
        role="rowgroup"
      >
        <div className="matrix-head" role="row" aria-rowindex={1} style={{ height: HEAD * rem }}>
          <div className="matrix-name" role="columnheader" aria-colindex={1} style={{ width: NAMES * rem }}>
            Name
          </div>
          {shownColumns.map(({ index, start, size }) => (
            <HeadCell
              key={index}
              index={index}
              column={columns[index]!}
              assignments={assignments}
              left={start}
              width={size}
            />
          ))}
        </div>
        {rows.getVirtualItems().map(({ index, start, size }) => {
          const person = people[index]!;
          return (
            <div
              key={person.id}
              className="matrix-row"
              role="row"
              aria-rowindex={index + 2}
              style={{ top: start, height: size }}
            >
              <div className="matrix-name" role="rowheader" aria-colindex={1} style={{ width: NAMES * rem }}>
                <span className="matrix-name-text">
                  {person.name}
                  {person.role === 'student' ? '' : ' (tries it)'}
                </span>
                <span className="dim">
                  {person.stuck ? 'stuck · ' : ''}
                  {person.seenAt === null ? '' : shownAgo(person.seenAt, now)}
                </span>
              </div>
              {shownColumns.map((item) => (
                <BodyCell
                  key={item.index}
                  index={item.index}
                  column={columns[item.index]!}
                  assignments={assignments}
                  person={person}
                  row={index}
                  isStop={index === stop.row && item.index === stop.column}
                  left={item.start}
                  width={item.size}
                  onOpen={onOpen}
                />
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** Pixels of a rem: other ones in projector mode. */
function useRem(): number {
  const read = (): number => Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  const [rem, setRem] = useState(read);
  useEffect(() => {
    const watch = new MutationObserver(() => setRem(read()));
    watch.observe(document.documentElement, { attributes: true });
    return () => watch.disconnect();
  }, []);
  return rem;
}

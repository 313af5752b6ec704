import type { MatrixAssignment } from '@sandtable/shared/progressReplies';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useMemo, useRef, useState } from 'react';
import { columnsOf, type Column, type ShownPerson } from './matrixRows.ts';
import { shownAgo } from './times.ts';

/** In rem: a row, the names, a sum, a check. */
const ROW = 2;
const HEAD = 4.2;
const NAMES = 15;
const SUM = 7.5;
const CHECK = 2.4;

const WORDS = { p: 'passed', f: 'failed', e: 'could not be judged', '-': 'not tried' } as const;
const MARKS = { p: '✓', f: '✕', e: '!', '-': '–' } as const;
type Letter = keyof typeof WORDS;

interface MatrixTableProps {
  readonly assignments: readonly MatrixAssignment[];
  readonly people: readonly ShownPerson[];
  readonly onOpen: (person: string, assignment: string, bench: string | null) => void;
}

/** Only what can be seen is drawn, in both directions: sixty thousand cells are a page of a thousand. */
export function MatrixTable({ assignments, people, onOpen }: MatrixTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const rem = useRem();
  const columns = useMemo(() => columnsOf({ assignments }), [assignments]);
  const now = useNow();
  const rows = useVirtualizer({
    count: people.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW * rem,
    scrollMargin: HEAD * rem,
    overscan: 4,
  });
  const across = useVirtualizer({
    horizontal: true,
    count: columns.length,
    getScrollElement: () => scroller.current,
    estimateSize: (at) => (columns[at]!.check === null ? SUM : CHECK) * rem,
    scrollMargin: NAMES * rem,
    overscan: 4,
  });
  useEffect(() => {
    rows.measure();
    across.measure();
  }, [rows, across, rem, columns]);
  const shownColumns = across.getVirtualItems();
  return (
    <div
      ref={scroller}
      className="matrix"
      role="table"
      tabIndex={0}
      aria-label="Progress"
      aria-rowcount={people.length + 1}
      aria-colcount={columns.length + 1}
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

interface CellProps {
  readonly index: number;
  readonly column: Column;
  readonly assignments: readonly MatrixAssignment[];
  readonly left: number;
  readonly width: number;
}

const HeadCell = memo(function HeadCell({ index, column, assignments, left, width }: CellProps) {
  const { title, checks, max } = assignments[column.assignment]!;
  const check = column.check === null ? null : checks[column.check]!;
  return (
    <div
      className={check === null ? 'matrix-cell matrix-sum' : 'matrix-cell'}
      role="columnheader"
      aria-colindex={index + 2}
      style={{ insetInlineStart: left, width }}
      title={check === null ? title : `${title}: ${check.title}`}
    >
      {check === null ? (
        <>
          <span className="matrix-title">{title}</span>
          <span className="dim">of {max}</span>
        </>
      ) : (
        <>
          <span aria-hidden>{(column.check ?? 0) + 1}</span>
          <span className="unseen">
            {title}: {check.title}
          </span>
        </>
      )}
    </div>
  );
});

interface BodyCellProps extends CellProps {
  readonly person: ShownPerson;
  readonly onOpen: MatrixTableProps['onOpen'];
}

const BodyCell = memo(function BodyCell(props: BodyCellProps) {
  const { index, column, assignments, person, left, width, onOpen } = props;
  const assignment = assignments[column.assignment]!;
  const cell = person.cells[column.assignment] ?? null;
  const style = { insetInlineStart: left, width };
  if (column.check === null) {
    const points = cell === null || cell.points === null ? null : cell.points;
    return (
      <div className="matrix-cell matrix-sum" role="cell" aria-colindex={index + 2} style={style}>
        <button
          type="button"
          className="matrix-open"
          onClick={() => onOpen(person.id, assignment.id, cell?.bench ?? null)}
        >
          {cell === null ? (
            <span className="dim">not begun</span>
          ) : (
            <>
              {cell.running ? <Mark word="is being checked" mark="⋯" /> : null}
              {points === null ? '' : String(points)}
              <span className="dim"> {cell.attempts} tries</span>
            </>
          )}
          <span className="unseen">
            , {person.name}, {assignment.title}
          </span>
        </button>
      </div>
    );
  }
  const letter = (cell?.outcomes[column.check] ?? '-') as Letter;
  return (
    <div
      className="matrix-cell"
      role="cell"
      aria-colindex={index + 2}
      data-outcome={letter}
      style={style}
      title={`${person.name}, ${assignment.checks[column.check]!.title}: ${WORDS[letter]}`}
    >
      <Mark word={WORDS[letter]} mark={MARKS[letter]} />
    </div>
  );
});

function Mark({ word, mark }: { readonly word: string; readonly mark: string }) {
  return (
    <>
      <span aria-hidden>{mark}</span>
      <span className="unseen">{word}</span>
    </>
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

/** The time, a minute at a time. */
function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 60_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** Cells of the table of a course. They are drawn by the thousand, so each is drawn anew only when something of its own changed. */
import type { MatrixAssignment } from '@sandtable/shared/progressReplies';
import { memo } from 'react';
import type { Column, ShownPerson } from './matrixRows.ts';

const WORDS = { p: 'passed', f: 'failed', e: 'could not be judged', '-': 'not tried' } as const;
const MARKS = { p: '✓', f: '✕', e: '!', '-': '–' } as const;
type Letter = keyof typeof WORDS;

interface CellProps {
  readonly index: number;
  readonly column: Column;
  readonly assignments: readonly MatrixAssignment[];
  readonly left: number;
  readonly width: number;
}

export const HeadCell = memo(function HeadCell({ index, column, assignments, left, width }: CellProps) {
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
  readonly row: number;
  /** Tab leads to this one. */
  readonly isStop: boolean;
  readonly onOpen: (person: string, assignment: string, bench: string | null) => void;
}

/** What has the focus in a cell says where it is: `data-at`, row and column. */
export const cellKey = (row: number, column: number): string => `${String(row)}:${String(column)}`;

export const BodyCell = memo(function BodyCell(props: BodyCellProps) {
  const { index, column, assignments, person, row, isStop, left, width, onOpen } = props;
  const assignment = assignments[column.assignment]!;
  const cell = person.cells[column.assignment] ?? null;
  const style = { insetInlineStart: left, width };
  const stop = { tabIndex: isStop ? 0 : -1, 'data-at': cellKey(row, index) };
  if (column.check === null) {
    const points = cell === null || cell.points === null ? null : cell.points;
    return (
      <div className="matrix-cell matrix-sum" role="gridcell" aria-colindex={index + 2} style={style}>
        <button
          type="button"
          className="matrix-open"
          {...stop}
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
      role="gridcell"
      aria-colindex={index + 2}
      data-outcome={letter}
      style={style}
      title={`${person.name}, ${assignment.checks[column.check]!.title}: ${WORDS[letter]}`}
      {...stop}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        onOpen(person.id, assignment.id, cell?.bench ?? null);
      }}
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

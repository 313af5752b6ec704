import type { CallEvent } from '@sandtable/shared/events';
import type { FilterField } from '@sandtable/shared/filter';
import { memo, type ReactNode } from 'react';
import { runTime } from '../../ui/numbers.ts';
import { Verdict } from '../../ui/Verdict.tsx';
import { argumentsText, originText, outcomeText, pathOf } from './describe.ts';

interface TraceRowProps {
  readonly id: string;
  /** Place in the list, from 1. */
  readonly place: number;
  readonly n: number | null;
  readonly row: CallEvent | undefined;
  readonly top: number;
  readonly selected: boolean;
  readonly onSelect: (n: number) => void;
  readonly onGo: (row: CallEvent) => void;
  readonly onFilter: (field: FilterField, value: string | number, negated: boolean) => void;
}

/** One call. A row that has not arrived shows its number. */
export const TraceRow = memo(function TraceRow(props: TraceRowProps) {
  const { id, place, n, row, top, selected, onSelect, onGo, onFilter } = props;
  const cell = (field: FilterField, value: string | number, children: ReactNode) => (
    <button
      type="button"
      tabIndex={-1}
      className="trace-value"
      title={`Show only ${field}:${value} (with Alt: hide it)`}
      onClick={(event) => onFilter(field, value, event.altKey)}
    >
      {children}
    </button>
  );
  const path = row === undefined ? null : pathOf(row);
  const origin = row === undefined ? null : originText(row);
  const failure = row?.errno ?? row?.raise;
  return (
    <div
      id={id}
      role="row"
      aria-rowindex={place + 1}
      aria-selected={selected}
      className="trace-row"
      data-verdict={row?.verdict}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => n !== null && onSelect(n)}
      onDoubleClick={() => row !== undefined && onGo(row)}
    >
      <span role="gridcell" className="trace-n">
        {n ?? ''}
      </span>
      {row === undefined ? (
        <span role="gridcell" className="dim">
          …
        </span>
      ) : (
        <>
          <span role="gridcell" className="trace-t dim">
            {runTime(row.t, 4)}
          </span>
          <span role="gridcell" className="trace-call">
            {cell('call', row.call, row.call)}
          </span>
          <span role="gridcell" className="trace-args" title={argumentsText(row)}>
            {path === null ? argumentsText(row) : cell('path', path, argumentsText(row))}
            {origin === null ? null : <span className="dim"> {origin}</span>}
          </span>
          <span role="gridcell">{cell('verdict', row.verdict, <Verdict kind={row.verdict} />)}</span>
          <span role="gridcell" className="trace-outcome" data-failed={failure !== undefined}>
            {failure === undefined ? outcomeText(row) : cell('errno', failure, failure)}
          </span>
          <span role="gridcell" className="trace-us dim">
            {row.us}
          </span>
        </>
      )}
    </div>
  );
});

import type { CallEvent } from '@sandtable/shared/events';
import type { FilterField } from '@sandtable/shared/filter';
import { memo } from 'react';
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
}

/** What a value of a row is filtered by, as its `data-field`. */
export const ROW_FIELDS = {
  call: (row) => row.call,
  path: (row) => pathOf(row),
  verdict: (row) => row.verdict,
  errno: (row) => row.errno ?? row.raise ?? null,
} as const satisfies { readonly [field in FilterField]?: (row: CallEvent) => string | number | null };

export type RowField = keyof typeof ROW_FIELDS;

/**
 * One call. A row that has not arrived shows its number. While one scrolls, rows are what the page spends its time on: so they have as few
 * elements as they can, no handlers and no tooltips (the table has them for all), and a place by `top`, because a transform for each
 * would make a layer of each.
 */
export const TraceRow = memo(function TraceRow({ id, place, n, row, top, selected }: TraceRowProps) {
  return (
    <div
      id={id}
      role="row"
      aria-rowindex={place + 1}
      aria-selected={selected}
      className="trace-row"
      data-verdict={row?.verdict}
      style={{ top }}
    >
      <span role="gridcell" className="trace-n">
        {n ?? ''}
      </span>
      {row === undefined ? (
        <span role="gridcell" className="dim">
          …
        </span>
      ) : (
        <Cells row={row} />
      )}
    </div>
  );
});

function Cells({ row }: { readonly row: CallEvent }) {
  const path = pathOf(row);
  const origin = originText(row);
  const failure = row.errno ?? row.raise;
  return (
    <>
      <span role="gridcell" className="trace-t dim">
        {runTime(row.t, 4)}
      </span>
      <span role="gridcell" className="trace-call">
        <span className="trace-value" data-field="call">
          {row.call}
        </span>
      </span>
      <span role="gridcell" className="trace-args">
        <span className="trace-value" data-field={path === null ? undefined : 'path'}>
          {argumentsText(row)}
        </span>
        {origin === null ? null : <span className="dim"> {origin}</span>}
      </span>
      <span role="gridcell">
        <span className="trace-value" data-field="verdict">
          <Verdict kind={row.verdict} />
        </span>
      </span>
      <span role="gridcell" className="trace-outcome" data-failed={failure !== undefined}>
        <span className="trace-value" data-field={failure === undefined ? undefined : 'errno'}>
          {failure ?? outcomeText(row)}
        </span>
      </span>
      <span role="gridcell" className="trace-us dim">
        {row.us}
      </span>
    </>
  );
}

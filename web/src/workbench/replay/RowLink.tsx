import type { CallEvent } from '@sandtable/shared/events';
import { useTraceView } from '../trace/useTrace.ts';
import { showPanel } from '../view.ts';

/** The number of a call of the run that is open; a click shows its row. */
export function RowLink({ row }: { readonly row: CallEvent }) {
  const trace = useTraceView();
  return (
    <button
      type="button"
      className="link"
      aria-label={`Show call ${row.n} in the trace`}
      onClick={() => {
        trace.reveal(row);
        showPanel('trace');
      }}
    >
      {row.n}
    </button>
  );
}

import { clickFilter, type FilterField } from '@sandtable/shared/filter';
import { Filter } from 'lucide-react';
import { IconButton } from '../../ui/Button.tsx';
import { useTraceView } from './useTrace.ts';

/** Narrows the trace to rows like this one in one respect; nothing where the row has nothing there. */
export function FilterButton({
  field,
  value,
}: {
  readonly field: FilterField;
  readonly value: string | number | undefined;
}) {
  const trace = useTraceView();
  if (value === undefined) return null;
  return (
    <IconButton
      label={`Show only ${field}:${value}`}
      small
      className="detail-filter"
      onClick={() => trace.setFilter(clickFilter(trace.get().filterText, field, value))}
    >
      <Filter className="icon icon-s" aria-hidden />
    </IconButton>
  );
}

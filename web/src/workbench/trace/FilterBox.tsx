import { CALLS } from '@sandtable/shared/calls';
import { FILTER_FIELDS } from '@sandtable/shared/filter';
import { VERDICT_KINDS } from '@sandtable/shared/verdicts';
import { CircleHelp, Filter, X } from 'lucide-react';
import { useEffect, useId, useState } from 'react';
import { IconButton } from '../../ui/Button.tsx';
import { Menu } from '../../ui/Menu.tsx';
import { useTrace, useTraceView } from './useTrace.ts';

/** The list follows the typing after this much quiet. */
const TYPING_MS = 200;

/** The filter as text, with what is wrong with it in words. */
export function FilterBox() {
  const trace = useTraceView();
  const { filterText, filterError } = useTrace();
  const [typed, setTyped] = useState<string | null>(null);
  const hints = useId();
  const errorId = useId();
  useEffect(() => {
    if (typed === null) return;
    const timer = setTimeout(() => {
      trace.setFilter(typed);
      setTyped(null);
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [trace, typed]);
  const text = typed ?? filterText;
  const set = (next: string) => {
    setTyped(null);
    trace.setFilter(next);
  };
  const append = (part: string) => set(text.trim() === '' ? part : `${text.trim()} ${part}`);
  return (
    <div className="filter">
      <div className="filter-line">
        <Filter className="icon icon-s" aria-hidden />
        <input
          className="field code"
          aria-label="Filter the calls"
          aria-invalid={filterError !== null}
          aria-describedby={filterError === null ? undefined : errorId}
          placeholder="verdict:deny call:ll_os_open path:/tmp/*"
          list={hints}
          spellCheck={false}
          autoComplete="off"
          value={text}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') set(text);
            if (event.key === 'Escape' && text !== '') {
              event.stopPropagation();
              set('');
            }
          }}
        />
        {text === '' ? null : (
          <IconButton label="Clear the filter" keys="Escape" small onClick={() => set('')}>
            <X className="icon" aria-hidden />
          </IconButton>
        )}
        <Menu
          align="end"
          trigger={
            <IconButton label="What one can filter by" small>
              <CircleHelp className="icon" aria-hidden />
            </IconButton>
          }
          parts={[
            'All terms must match; - before a term turns it round',
            ...Object.entries(FILTER_FIELDS).map(([field, note]) => ({
              id: field,
              title: `${field}:`,
              note,
              onSelect: () => append(EXAMPLES[field] ?? `${field}:1`),
            })),
          ]}
        />
        <datalist id={hints}>
          {VERDICT_KINDS.map((kind) => (
            <option key={kind} value={`verdict:${kind}`} />
          ))}
          {CALLS.map(({ name }) => (
            <option key={name} value={`call:${name}`} />
          ))}
        </datalist>
      </div>
      {filterError === null ? null : (
        <p id={errorId} role="alert" className="filter-error">
          {filterError.message}
        </p>
      )}
    </div>
  );
}

const EXAMPLES: Readonly<Record<string, string>> = {
  verdict: 'verdict:deny',
  call: 'call:open',
  group: 'group:files',
  path: 'path:/tmp/*',
  errno: 'errno:*',
  reason: 'reason:*',
  us: 'us:>100',
  bytes: 'bytes:>0',
};

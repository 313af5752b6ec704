import { CALL_GROUPS, callSpec } from '@sandtable/shared/calls';
import type { CallEvent } from '@sandtable/shared/events';
import type { CallArgs } from '@sandtable/shared/policy/model';
import { X } from 'lucide-react';
import { useRef } from 'react';
import { IconButton } from '../../ui/Button.tsx';
import { byteSize, runTime } from '../../ui/numbers.ts';
import { Verdict } from '../../ui/Verdict.tsx';
import { argumentText, outcomeSentence, pathOf, valueText } from './describe.ts';
import { FilterButton } from './FilterButton.tsx';
import { Decided } from './Decided.tsx';
import { Stack } from './Stack.tsx';
import { Would } from './Would.tsx';
import { useFocusTurn } from '../useFocusWish.ts';

interface DetailPaneProps {
  readonly row: CallEvent;
  /** Counts up when the pane shall take the focus. */
  readonly focusTurn: number;
  readonly onClose: () => void;
}

/** One call from asking to seeing. */
export function DetailPane({ row, focusTurn, onClose }: DetailPaneProps) {
  const spec = callSpec(row.call);
  const pane = useRef<HTMLElement>(null);
  useFocusTurn(focusTurn, () => pane.current?.focus());
  return (
    <section
      ref={pane}
      className="detail"
      aria-label={`Row ${row.n} in detail`}
      tabIndex={0}
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
    >
      <header className="detail-head">
        <h2>
          Row {row.n} · <span className="code">{row.call}</span>
        </h2>
        <Verdict kind={row.verdict} />
        <IconButton label="Close the detail" keys="Escape" small onClick={onClose}>
          <X className="icon" aria-hidden />
        </IconButton>
      </header>
      {spec === undefined ? null : (
        <p className="detail-summary">
          {spec.summary}{' '}
          <span className="dim">
            Group “{spec.group}”: {CALL_GROUPS[spec.group]}
          </span>
        </p>
      )}
      <dl className="detail-steps">
        <Step name="Asked">
          <Arguments row={row} args={row.args} />
          <ActedOn row={row} />
        </Step>
        <Step name="Decided">
          <Decided row={row} />
        </Step>
        {row.would === undefined ? null : (
          <Step name="Audit">
            <Would row={row} would={row.would} />
          </Step>
        )}
        {row.performed === undefined ? null : (
          <Step name="Rewritten">
            <Arguments row={row} args={row.performed} before={row.args} />
          </Step>
        )}
        <Step name="Answered">
          {row.answered !== undefined ? (
            <span className="code">{valueText(row.answered)}</span>
          ) : row.verdict === 'deny' || row.verdict === 'fake' ? (
            <span className="dim">It was never performed.</span>
          ) : (
            <span className="dim">What the guest saw.</span>
          )}
        </Step>
        <Step name="Seen">
          <span className="code detail-value">{outcomeSentence(row)}</span>
          <FilterButton field="errno" value={row.errno ?? row.raise} />
        </Step>
        {row.stack === undefined ? null : (
          <Step name="Called from">
            <Stack stack={row.stack} />
          </Step>
        )}
        <Step name="When">
          {runTime(row.t)} s after the start, in {row.us} µs
          {row.bytes === undefined ? null : `, ${byteSize(row.bytes)} moved`}
          {row.thread === undefined ? null : `, by thread ${row.thread}`}
        </Step>
      </dl>
    </section>
  );
}

function Step({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Arguments({
  row,
  args,
  before,
}: {
  readonly row: CallEvent;
  readonly args: CallArgs;
  readonly before?: CallArgs;
}) {
  const names = Object.keys(args);
  if (names.length === 0) return <span className="dim">No arguments.</span>;
  return (
    <ul className="detail-args">
      {names.map((name) => {
        const text = argumentText(row, name, args[name]!);
        const changed = before !== undefined && text !== argumentText(row, name, before[name] ?? null);
        return (
          <li key={name}>
            <span className="code dim">{name} =</span> <span className="code detail-value">{text}</span>
            {changed ? <span className="chip">changed</span> : null}
          </li>
        );
      })}
    </ul>
  );
}

function ActedOn({ row }: { readonly row: CallEvent }) {
  const path = pathOf(row);
  if (path === null) return null;
  const asked = row.args['path'] === path;
  return (
    <div>
      {asked ? 'It acts on ' : 'Really it acts on '}
      <span className="code detail-value">{path}</span>
      {row.newpath === undefined ? null : (
        <>
          {' '}
          and <span className="code detail-value">{row.newpath}</span>
        </>
      )}
      <FilterButton field="path" value={path} />
    </div>
  );
}

import type { PastBytes, PastContent, PastDescriptor } from '@sandtable/shared/travelMessages';
import { X } from 'lucide-react';
import { useMemo, useState } from 'react';
import { bytesOf, hexRows } from '../../session/bytes.ts';
import { useTravel, useTravelState } from '../../session/useTravel.ts';
import { IconButton } from '../../ui/Button.tsx';
import { TableHead } from '../../ui/TableHead.tsx';
import { byteSize, count } from '../../ui/numbers.ts';
import { openFlags } from '../trace/describe.ts';
import { lineDiff } from './lineDiff.ts';
import './time.css';

/** Rows of a hex dump; what a person looks through. */
const HEX_ROWS = 256;

/** The world at a row of the past: what is open, and one file with what has become of it. */
export default function MomentPanel() {
  const point = useTravelState((state) => state.point);
  const file = useTravelState((state) => state.file);
  if (point === null) {
    return (
      <div className="empty">
        <p>
          Move the scrubber below, or step to a row: the terminal and the files are then shown as they were,
          and the open descriptors stand here.
        </p>
      </div>
    );
  }
  return (
    <div className="moment" tabIndex={0} role="region" aria-label={`The world after row ${point.n}`}>
      <h2>Open descriptors</h2>
      <Descriptors descriptors={point.descriptors} />
      <h2>File</h2>
      {file === null ? (
        <p className="dim">
          Choose a file in the tree to see it as it was, and what changed since the run began.
        </p>
      ) : (
        <PastFileView
          key={file.path}
          path={file.path}
          content={file.content}
          problem={file.problem}
          n={point.n}
        />
      )}
    </div>
  );
}

function Descriptors({ descriptors }: { readonly descriptors: readonly PastDescriptor[] }) {
  const travel = useTravel();
  return (
    <table>
      <caption className="unseen">Descriptors that were open</caption>
      <TableHead columns={['fd', 'what', 'at byte', 'opened']} />
      <tbody>
        {descriptors.map(({ fd, kind, label, flags, offset, row, shared }) => (
          <tr key={fd}>
            <td className="moment-number">{fd}</td>
            <td>
              <span className="code">{label}</span>{' '}
              <span className="dim">
                {kind}
                {flags === null || kind !== 'file' ? '' : ` · ${openFlags(flags)}`}
                {shared.length === 0 ? '' : ` · same open file as ${shared.join(', ')}`}
              </span>
            </td>
            <td className="moment-number">
              {offset === null ? <span className="dim">–</span> : count(offset)}
            </td>
            <td className="moment-number">
              {row === null ? (
                <span className="dim">from the start</span>
              ) : (
                <button type="button" className="link" onClick={() => travel.go(row)}>
                  row {count(row)}
                </button>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface PastFileProps {
  readonly path: string;
  readonly content: PastContent | null;
  readonly problem: string | null;
  readonly n: number;
}

function PastFileView({ path, content, problem, n }: PastFileProps) {
  const travel = useTravel();
  const [asDiff, setAsDiff] = useState(true);
  return (
    <>
      <div className="moment-file">
        <span className="code">{path}</span>
        {content === null ? null : <span className="dim">{sizeSentence(content)}</span>}
        {content?.before === null ? <span className="dim">new in this run</span> : null}
        <label>
          <input type="checkbox" checked={asDiff} onChange={(event) => setAsDiff(event.target.checked)} />{' '}
          Changes since the run began
        </label>
        <IconButton label="Put the file away" small onClick={() => travel.look(null)}>
          <X className="icon icon-s" aria-hidden />
        </IconButton>
      </div>
      {problem === null ? null : <p role="status">{problem}</p>}
      {content === null ? null : <Bytes content={content} asDiff={asDiff} stale={content.n !== n} />}
    </>
  );
}

function sizeSentence({ now, fromLater }: PastContent): string {
  if (now.size === null) return 'The trace does not tell its size.';
  const unknown =
    now.unknown.reduce((sum, [from, to]) => sum + to - from, 0) + Math.max(0, now.size - sizeKept(now));
  const known = unknown === 0 ? '' : `; ${byteSize(unknown)} of it are not in the trace`;
  return `${byteSize(now.size)}${known}${fromLater && unknown === 0 ? '; from a record shortly after, nothing wrote between' : ''}`;
}

function sizeKept({ data }: PastBytes): number {
  return Math.floor((data.replaceAll('=', '').length * 3) / 4);
}

function Bytes({
  content,
  asDiff,
  stale,
}: {
  readonly content: PastContent;
  readonly asDiff: boolean;
  readonly stale: boolean;
}) {
  const now = useMemo(() => textOf(content.now), [content]);
  const before = useMemo(() => (content.before === null ? '' : textOf(content.before)), [content]);
  const lines = useMemo(
    () => (asDiff && now !== null && before !== null && before !== now ? lineDiff(before, now) : null),
    [asDiff, before, now],
  );
  if (now === null) {
    const bytes = bytesOf({ encoding: 'base64', text: content.now.data });
    return (
      <pre className="moment-text" data-stale={stale}>
        {hexRows(bytes, HEX_ROWS).join('\n')}
        {content.now.unknown.map(([from, to]) => `\nbytes ${from} to ${to} are not in the trace`)}
      </pre>
    );
  }
  if (lines === null) {
    return (
      <>
        {asDiff ? <p className="dim">As it was when the run began.</p> : null}
        <pre className="moment-text" data-stale={stale}>
          {now}
        </pre>
      </>
    );
  }
  return (
    <pre className="moment-text" data-stale={stale} aria-label="Changes since the run began">
      {lines.map(({ change, text }, at) => (
        <span key={at} className="moment-line" data-change={change}>
          <span className="unseen">{change === 'same' ? '' : `${change}: `}</span>
          <span aria-hidden>{change === 'added' ? '+ ' : change === 'removed' ? '− ' : '  '}</span>
          {text}
        </span>
      ))}
    </pre>
  );
}

/** As text, with a mark in the place of what is unknown; null for bytes that are no text. */
function textOf({ data, unknown, size }: PastBytes): string | null {
  const bytes = bytesOf({ encoding: 'base64', text: data });
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  let at = 0;
  try {
    for (const [from, to] of unknown) {
      text += `${decode(decoder, bytes.subarray(at, from))}⟨${byteSize(to - from)} not in the trace⟩`;
      at = to;
    }
    text += decode(decoder, bytes.subarray(at));
  } catch {
    return null;
  }
  return size !== null && size > bytes.length ? `${text}⟨${byteSize(size - bytes.length)} more⟩` : text;
}

function decode(decoder: TextDecoder, bytes: Uint8Array): string {
  if (bytes.includes(0)) throw new Error('binary');
  return decoder.decode(bytes);
}

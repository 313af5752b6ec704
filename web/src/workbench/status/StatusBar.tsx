import {
  CircleAlert,
  CircleCheck,
  CircleX,
  CloudOff,
  LoaderCircle,
  Plug,
  PlugZap,
  Save,
  TriangleAlert,
} from 'lucide-react';
import { useStore } from 'zustand';
import { saveBadge } from '../../session/saveBadge.ts';
import { useSession, useWork } from '../../session/useSession.ts';
import { isLive, runMood } from '../../session/workState.ts';
import { byteSize, clockTime, count, duration, plural } from '../../ui/numbers.ts';
import { policyTests } from '../replay/policyTests.ts';
import { openFile } from '../view.ts';
import { moodOf } from './mood.ts';
import './status.css';

/** One line at the bottom: the line to the server, what is saved, what the run has used of its limits. */
export function StatusBar() {
  return (
    <footer className="status" aria-label="Status">
      <ConnectionBadge />
      <SavedBadge />
      <TestsBadge />
      <span className="status-space" />
      <RunNumbers />
    </footer>
  );
}

function ConnectionBadge() {
  const connection = useWork((state) => state.connection);
  const closing = useWork((state) => state.closing);
  if (connection === 'online') {
    return (
      <span className="status-part" role="status" title={closing ?? 'The line to the server is up'}>
        <Plug className="icon icon-s" aria-hidden /> {closing === null ? 'connected' : 'server is closing'}
      </span>
    );
  }
  return (
    <span
      className="status-part"
      data-level="warning"
      role="status"
      title="Nothing is lost: the server keeps running and recording, your edits are kept here, and both meet again when the line is back."
    >
      <PlugZap className="icon icon-s" aria-hidden />
      {connection === 'connecting' ? 'connecting …' : 'offline · nothing is lost'}
    </span>
  );
}

function SavedBadge() {
  const files = useWork((state) => state.files);
  const kept = useWork((state) => state.draftsKept);
  const open = useWork((state) => state.bench.status === 'open');
  const session = useSession();
  if (!open) return null;
  const badge = saveBadge(files, kept);
  switch (badge.kind) {
    case 'saved':
      return (
        <span className="status-part" role="status" data-saved="saved">
          <Save className="icon icon-s" aria-hidden />{' '}
          {badge.at === null ? 'saved' : `saved ${clockTime(badge.at)}`}
        </span>
      );
    case 'saving':
      return (
        <span className="status-part" role="status" data-saved="saving">
          <LoaderCircle className="icon icon-s turning" aria-hidden /> saving …
        </span>
      );
    case 'offline':
      return (
        <span className="status-part" data-level="warning" role="status" data-saved="offline">
          <CloudOff className="icon icon-s" aria-hidden />
          {badge.kept
            ? 'not saved yet · kept in this browser'
            : 'not saved yet · kept only while this tab is open'}
        </span>
      );
    case 'conflict':
      return (
        <button
          type="button"
          className="status-part status-button"
          data-level="error"
          data-saved="conflict"
          onClick={() => openFile(badge.path)}
        >
          <TriangleAlert className="icon icon-s" aria-hidden /> conflict in {badge.path}
        </button>
      );
    case 'refused':
      return (
        <button
          type="button"
          className="status-part status-button"
          data-level="error"
          data-saved="refused"
          title={badge.problem}
          onClick={() => void session.files?.flush(badge.path)}
        >
          <CircleAlert className="icon icon-s" aria-hidden /> {badge.path} not saved: try again
        </button>
      );
  }
}

/** Where policy.ts has tests: how many fail, and the way to the first. */
function TestsBadge() {
  const { results } = useStore(policyTests);
  if (results.length === 0) return null;
  const failed = results.filter(({ passed }) => !passed);
  const first = failed[0];
  if (first === undefined)
    return (
      <span className="status-part" role="status" title="The tests that stand in policy.ts">
        <CircleCheck className="icon icon-s" aria-hidden /> {plural(results.length, 'test')} pass
      </span>
    );
  return (
    <button
      type="button"
      className="status-part status-button"
      data-level="error"
      title={first.message}
      onClick={() => openFile('policy.ts', { line: first.test.at?.line ?? 1, mark: true })}
    >
      <CircleX className="icon icon-s" aria-hidden /> {failed.length} of {plural(results.length, 'test')} fail
    </button>
  );
}

function RunNumbers() {
  const run = useWork((state) => state.run);
  const mood = useWork(runMood);
  const live = useWork(isLive);
  if (run === null) return <span className="status-part dim">{moodOf(mood, null).word}</span>;
  const limits = run.start?.limits;
  const { usage } = run;
  return (
    <>
      <span className="status-part" data-live={live}>
        {moodOf(mood, run.exit).word}
      </span>
      <span className="status-part">{plural(run.calls, 'call')}</span>
      <span className="status-part status-denied" data-any={run.byVerdict.deny > 0}>
        {count(run.byVerdict.deny)} denied
      </span>
      {usage === null
        ? null
        : MEASURES.map(({ name, of, words }) => (
            <Measure key={name} name={name} used={usage[of]} limit={limits?.[of]} words={words} />
          ))}
    </>
  );
}

const MEASURES = [
  { name: 'heap', of: 'heapBytes', words: byteSize },
  { name: 'CPU', of: 'cpuSeconds', words: duration },
  { name: 'wall', of: 'wallSeconds', words: duration },
  { name: 'output', of: 'outputBytes', words: byteSize },
] as const;

/** Beyond this part of a limit the number is marked. */
const NEAR_LIMIT = 0.8;

function Measure({
  name,
  used,
  limit,
  words,
}: {
  readonly name: string;
  readonly used: number;
  readonly limit: number | undefined;
  readonly words: (value: number) => string;
}) {
  const near = limit !== undefined && used / limit >= NEAR_LIMIT;
  return (
    <span
      className="status-part"
      data-level={near ? 'warning' : undefined}
      title={near ? `${name}: close to its limit` : name}
    >
      {near ? <TriangleAlert className="icon icon-s" aria-label="close to its limit" /> : null}
      {name} {words(used)}
      {limit === undefined ? null : ` / ${words(limit)}`}
    </span>
  );
}

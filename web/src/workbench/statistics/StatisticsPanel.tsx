import { clickFilter, type FilterField } from '@sandtable/shared/filter';
import {
  STATISTICS_BY,
  type Statistics,
  type StatisticsBy,
  type StatisticsLine,
} from '@sandtable/shared/travelMessages';
import { useEffect, useState } from 'react';
import { useSession, useWork } from '../../session/useSession.ts';
import { useTravel } from '../../session/useTravel.ts';
import { isLive } from '../../session/workState.ts';
import { byteSize, count, plural } from '../../ui/numbers.ts';
import { useTrace, useTraceView } from '../trace/useTrace.ts';
import { showPanel } from '../view.ts';
import { TimelineLanes } from './TimelineLanes.tsx';
import './statistics.css';

/** While a run goes on the numbers follow at this pace. */
const REFRESH_MS = 1_000;

const FIELDS: Readonly<Record<StatisticsBy, FilterField>> = {
  call: 'call',
  path: 'path',
  verdict: 'verdict',
  error: 'errno',
  line: 'line',
};

type Column = 'calls' | 'denied' | 'failed' | 'bytes' | 'us';

const COLUMNS: readonly (readonly [Column, string])[] = [
  ['calls', 'calls'],
  ['denied', 'denied'],
  ['failed', 'failed'],
  ['bytes', 'bytes'],
  ['us', 'ms'],
];

/** What a run did when, and how much of what: the timeline, and sums that a click turns into a filter. */
export default function StatisticsPanel() {
  const run = useWork((state) => state.run?.run ?? null);
  if (run === null) {
    return (
      <div className="empty">
        <p>
          Run something, and what it did stands here: when, how often, on which files, with how many bytes.
        </p>
      </div>
    );
  }
  return (
    <div className="statistics" tabIndex={0} role="region" aria-label="Statistics of this run">
      <TimelineLanes />
      <Sums key={run} run={run} />
    </div>
  );
}

function Sums({ run }: { readonly run: string }) {
  const session = useSession();
  const travel = useTravel();
  const trace = useTraceView();
  const { filterText, filterError } = useTrace();
  const live = useWork(isLive);
  const [by, setBy] = useState<StatisticsBy>('call');
  const [order, setOrder] = useState<Column>('calls');
  const [statistics, setStatistics] = useState<Statistics | null>(null);
  const [turn, setTurn] = useState(0);
  const filter = filterError === null ? filterText.trim() : '';
  useEffect(() => {
    let current = true;
    const { first } = travel.range();
    void session.request('run.statistics', { run, filter, lowest: first, by }).then((answer) => {
      if (!current || !answer.ok) return;
      setStatistics(answer.value);
      // The server has not read everything yet.
      if (answer.value.searched < (session.state.run?.calls ?? 0) && !live) setTurn((now) => now + 1);
    });
    return () => {
      current = false;
    };
  }, [session, travel, run, by, filter, turn, live]);
  useEffect(() => {
    if (!live) return;
    const timer = setInterval(() => setTurn((now) => now + 1), REFRESH_MS);
    return () => clearInterval(timer);
  }, [live]);
  if (statistics === null) return <p className="dim">Counting …</p>;
  const lines = [...statistics.lines].sort((a, b) => b[order] - a[order]);
  const show = (name: string) => {
    trace.setFilter(clickFilter(filterText, FIELDS[by], name));
    showPanel('trace');
  };
  return (
    <>
      <div className="statistics-bar">
        <label>
          By{' '}
          <select
            className="field"
            value={by}
            onChange={(event) => setBy(event.target.value as StatisticsBy)}
          >
            {STATISTICS_BY.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
        <span className="dim" role="status">
          {plural(statistics.total.calls, 'call')}
          {filter === '' ? '' : ` that ${statistics.total.calls === 1 ? 'matches' : 'match'} ${filter}`},{' '}
          {count(statistics.total.denied)} denied, {byteSize(statistics.total.bytes)} moved
        </span>
      </div>
      <table>
        <caption className="unseen">Calls by {by}</caption>
        <thead>
          <tr>
            <th scope="col">{by}</th>
            {COLUMNS.map(([column, title]) => (
              <th
                key={column}
                scope="col"
                className="statistics-number"
                aria-sort={order === column ? 'descending' : 'none'}
              >
                <button type="button" className="link" onClick={() => setOrder(column)}>
                  {title}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={line.name}>
              <td className="code statistics-name">
                {line.name === '' || line.name === '…' ? (
                  <span className="dim">{line.name === '' ? 'none' : 'others, not told apart'}</span>
                ) : (
                  <button
                    type="button"
                    className="link"
                    title="Show only these in the trace"
                    onClick={() => show(line.name)}
                  >
                    {line.name}
                  </button>
                )}
              </td>
              {COLUMNS.map(([column]) => (
                <td key={column} className="statistics-number">
                  {cellText(line, column)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {statistics.more === 0 ? null : (
        <p className="dim">{plural(statistics.more, 'more line')} with fewer calls.</p>
      )}
    </>
  );
}

function cellText(line: StatisticsLine, column: Column): string {
  if (column === 'bytes') return line.bytes === 0 ? '–' : byteSize(line.bytes);
  if (column === 'us') return (line.us / 1000).toFixed(1);
  return line[column] === 0 ? '–' : count(line[column]);
}

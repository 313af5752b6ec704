import { Pause, Play } from 'lucide-react';
import { lazy, Suspense, useCallback, useState } from 'react';
import { useStore } from 'zustand';
import { prefer, preferences } from '../../app/preferences.ts';
import { useWork } from '../../session/useSession.ts';
import { IconButton, Tip } from '../../ui/Button.tsx';
import { count as countText, plural } from '../../ui/numbers.ts';
import { Splitter } from '../../ui/Splitter.tsx';
import { showPanel } from '../view.ts';
import { DetailPane } from './DetailPane.tsx';
import { FilterBox } from './FilterBox.tsx';
import { ExportMenu, ImportButton } from './traceFiles.tsx';
import { PreludeNote } from './PreludeNote.tsx';
import { TraceTable } from './TraceTable.tsx';
import { useTrace, useTraceView } from './useTrace.ts';
import './trace.css';

const RateChart = lazy(() => import('../chart/RateChart.tsx'));

/** List, filter, detail of the calls of a run. */
export function TracePanel() {
  const trace = useTraceView();
  const { run, selectedRow, count } = useTrace();
  const [focusTurn, setFocusTurn] = useState(0);
  const [share, setShare] = useState(0.45);
  const focusDetail = useCallback(() => setFocusTurn((turn) => turn + 1), []);
  if (run === null) return <EmptyTrace />;
  return (
    <div className="trace">
      <TraceBar />
      <FilterBox />
      <Suspense fallback={<div className="chart" />}>
        <RateChart />
      </Suspense>
      <PreludeNote />
      <TraceState />
      <div className="trace-list" data-empty={count === 0}>
        <TraceTable onDetail={focusDetail} />
      </div>
      {selectedRow === null ? null : (
        <>
          <Splitter label="Height of the detail" share={share} onShare={setShare} />
          <div className="trace-detail" style={{ flexBasis: `${share * 100}%` }}>
            <DetailPane
              row={selectedRow}
              focusTurn={focusTurn}
              onClose={() => {
                trace.select(null);
                setFocusTurn(0);
                showPanel('trace');
              }}
            />
          </div>
        </>
      )}
    </div>
  );
}

function EmptyTrace() {
  return (
    <div className="empty">
      <p>
        Every call that the guest makes to its outside world appears here as it happens: what it asked, what
        the policy said, what it saw.
      </p>
      <p>Press Run to see the first, or look at a trace that was exported elsewhere.</p>
      <ImportButton words />
    </div>
  );
}

function TraceBar() {
  const trace = useTraceView();
  const { follow, run, calls } = useTrace();
  const boot = useWork((state) => (state.run?.bootCalls ?? 0) + (state.run?.start?.prelude?.calls ?? 0));
  const showBoot = useStore(preferences, (state) => state.showBoot);
  return (
    <div className="trace-bar">
      <span>{plural(calls, 'call')}</span>
      {boot === 0 ? null : (
        <Tip text="Calls that the interpreter made to start, before anything of the script ran">
          <label className="trace-boot">
            <input
              type="checkbox"
              checked={showBoot}
              onChange={(event) => {
                prefer({ showBoot: event.target.checked });
                trace.showBoot(event.target.checked);
              }}
            />
            {countText(boot)} at start
          </label>
        </Tip>
      )}
      <span className="trace-space" />
      <IconButton
        label={follow ? 'Pause: stay where I am' : 'Follow the newest call'}
        small
        data-on={follow}
        onClick={() => trace.setFollow(!follow)}
      >
        {follow ? <Pause className="icon" aria-hidden /> : <Play className="icon" aria-hidden />}
      </IconButton>
      <ImportButton />
      {run === null ? null : <ExportMenu run={run} />}
    </div>
  );
}

/** How far a search got, and why the list is empty. */
function TraceState() {
  const { filtered, count, busy, problem, complete, searchedTo, calls, hiddenBoot, follow } = useTrace();
  let text = '';
  if (problem !== null) text = `The server could not search: ${problem}`;
  else if (filtered && !complete && busy)
    text = `${plural(count, 'match', 'matches')}; searched ${countText(searchedTo)} of ${countText(calls)} …`;
  else if (filtered && count === 0)
    text = `No call matches${hiddenBoot > 0 ? ' behind those at start' : ''}. Clear the filter, or take a term out.`;
  else if (filtered)
    text = `${plural(count, 'match', 'matches')}${hiddenBoot > 0 ? '; the calls at start are left out' : ''}`;
  else if (count === 0 && hiddenBoot > 0) text = 'Only the interpreter’s own calls so far; they are hidden.';
  else if (!follow && count > 0) text = 'Paused: new calls are added below.';
  if (text === '') return null;
  return (
    <p className="trace-state" role={problem === null ? 'status' : 'alert'}>
      {text}
    </p>
  );
}

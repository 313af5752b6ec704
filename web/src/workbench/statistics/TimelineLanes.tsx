import { TIMELINE_LANES, type Timeline, type TimelineLane } from '@sandtable/shared/travelMessages';
import { ChevronLeft, ChevronRight, Maximize, ZoomIn, ZoomOut } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useSession, useWork } from '../../session/useSession.ts';
import { useTravel, useTravelState } from '../../session/useTravel.ts';
import { isLive } from '../../session/workState.ts';
import { IconButton } from '../../ui/Button.tsx';
import { byteSize, plural, runTime } from '../../ui/numbers.ts';
import { moved, zoomed, type Stretch } from './zoom.ts';

/** Stretches asked for: a few pixels each. */
const BUCKETS = 240;

/** While a run goes on the picture follows at this pace. */
const REFRESH_MS = 1_000;

const LANE_HEIGHT = 26;

const LANE_WORDS: Readonly<Record<TimelineLane | 'memory', string>> = {
  files: 'files',
  network: 'network',
  time: 'time',
  other: 'other calls',
  denied: 'denied',
  memory: 'memory',
};

/** Calls by kind, and memory, over the time of the run; closer with the wheel or the buttons, a click goes there. */
export function TimelineLanes() {
  const session = useSession();
  const travel = useTravel();
  const run = useWork((state) => state.run?.run ?? null);
  const live = useWork(isLive);
  const point = useTravelState((state) => state.point);
  /** Null: the whole run. */
  const [stretch, setStretch] = useState<Stretch | null>(null);
  const [timeline, setTimeline] = useState<Timeline | null>(null);
  const [turn, setTurn] = useState(0);
  const picture = useRef<SVGSVGElement>(null);

  useEffect(() => setStretch(null), [run]);
  useEffect(() => {
    if (run === null) return;
    let current = true;
    const asked = stretch ?? { from: 0 };
    void session.request('run.timeline', { run, ...asked, buckets: BUCKETS }).then((answer) => {
      if (current && answer.ok) setTimeline(answer.value);
    });
    return () => {
      current = false;
    };
  }, [session, run, stretch, turn, live]);
  useEffect(() => {
    if (!live) return;
    const timer = setInterval(() => setTurn((now) => now + 1), REFRESH_MS);
    return () => clearInterval(timer);
  }, [live]);

  const whole: Stretch = { from: 0, to: Math.max(1, (session.state.run?.t ?? 0) + 1) };
  const shown: Stretch = stretch ?? whole;
  const latest = useRef({ shown, whole });
  useEffect(() => {
    latest.current = { shown, whole };
  });
  useEffect(() => {
    const element = picture.current;
    if (element === null) return;
    // React's wheel listeners are passive, and the panel must not scroll meanwhile.
    const onWheel = (event: WheelEvent): void => {
      if (event.ctrlKey || event.deltaY === 0) return;
      event.preventDefault();
      const box = element.getBoundingClientRect();
      const share = (event.clientX - box.left) / Math.max(1, box.width);
      setStretch(zoomed(latest.current.shown, latest.current.whole, event.deltaY > 0 ? 1.25 : 0.8, share));
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  });

  if (timeline === null) return <p className="dim">Drawing …</p>;
  const lanes = [...TIMELINE_LANES, 'memory' as const];
  const goTo = (share: number): void => {
    const row = timeline.firstRow.slice(Math.floor(share * BUCKETS)).find((each) => each !== null);
    if (row !== null && row !== undefined) travel.go(row);
  };
  const here =
    point?.row === undefined || point.row === null
      ? null
      : (point.row.t - timeline.from) / (timeline.to - timeline.from);
  return (
    <div className="timeline">
      <div className="timeline-bar" role="toolbar" aria-label="Timeline">
        <span>
          {runTime(timeline.from, 3)} – {runTime(timeline.to, 3)} s
        </span>
        <IconButton label="Look closer" small onClick={() => setStretch(zoomed(shown, whole, 0.5))}>
          <ZoomIn className="icon icon-s" aria-hidden />
        </IconButton>
        <IconButton label="Look from farther" small onClick={() => setStretch(zoomed(shown, whole, 2))}>
          <ZoomOut className="icon icon-s" aria-hidden />
        </IconButton>
        <IconButton label="Earlier" small onClick={() => setStretch(moved(shown, whole, -0.5))}>
          <ChevronLeft className="icon icon-s" aria-hidden />
        </IconButton>
        <IconButton label="Later" small onClick={() => setStretch(moved(shown, whole, 0.5))}>
          <ChevronRight className="icon icon-s" aria-hidden />
        </IconButton>
        <IconButton label="The whole run" small disabled={stretch === null} onClick={() => setStretch(null)}>
          <Maximize className="icon icon-s" aria-hidden />
        </IconButton>
      </div>
      <div className="timeline-lanes">
        <div className="timeline-names">
          {lanes.map((lane) => (
            <span key={lane} style={{ height: LANE_HEIGHT }} title={laneSentence(timeline, lane)}>
              {LANE_WORDS[lane]}
              <span className="unseen">: {laneSentence(timeline, lane)}</span>
            </span>
          ))}
        </div>
        <svg
          ref={picture}
          className="timeline-picture"
          viewBox={`0 0 ${BUCKETS} ${lanes.length * LANE_HEIGHT}`}
          preserveAspectRatio="none"
          style={{ height: lanes.length * LANE_HEIGHT }}
          aria-hidden
          onClick={(event) => {
            const box = event.currentTarget.getBoundingClientRect();
            goTo((event.clientX - box.left) / Math.max(1, box.width));
          }}
        >
          {lanes.map((lane, at) => (
            <path
              key={lane}
              className="timeline-lane"
              data-lane={lane}
              d={barsOf(amounts(timeline, lane), at)}
            />
          ))}
          {here === null || here < 0 || here > 1 ? null : (
            <line
              className="timeline-here"
              x1={here * BUCKETS}
              x2={here * BUCKETS}
              y1={0}
              y2={lanes.length * LANE_HEIGHT}
            />
          )}
        </svg>
      </div>
    </div>
  );
}

function amounts(timeline: Timeline, lane: TimelineLane | 'memory'): readonly number[] {
  return lane === 'memory' ? timeline.memory.map((bytes) => bytes ?? 0) : timeline.lanes[lane];
}

function laneSentence(timeline: Timeline, lane: TimelineLane | 'memory'): string {
  const values = amounts(timeline, lane);
  const most = Math.max(0, ...values);
  if (lane === 'memory') return most === 0 ? 'not sampled here' : `up to ${byteSize(most)}`;
  const sum = values.reduce((total, value) => total + value, 0);
  return sum === 0 ? 'none' : plural(sum, 'call');
}

/** Bars of one lane, each as high as its part of the lane's highest. */
function barsOf(values: readonly number[], lane: number): string {
  const most = Math.max(1, ...values);
  const bottom = (lane + 1) * LANE_HEIGHT - 1;
  let path = '';
  for (const [at, value] of values.entries()) {
    if (value === 0) continue;
    // One call among thousands is still there to be seen.
    const height = Math.max(2, (value / most) * (LANE_HEIGHT - 4));
    path += `M${at} ${bottom}v${-height}h1v${height}z`;
  }
  return path;
}

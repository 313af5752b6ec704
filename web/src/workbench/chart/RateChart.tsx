import { VERDICT_KINDS } from '@sandtable/shared/verdicts';
import { useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { shownTheme } from '../../app/theme.ts';
import { useSession, useWork } from '../../session/useSession.ts';
import { isLive } from '../../session/workState.ts';
import { tokenColour, tokenPixels } from '../../ui/tokenColours.ts';
import { ratesOf, ratesSentence, stacked } from './rates.ts';
import './chart.css';

/** A picture of seconds need not be drawn more often. */
const DRAW_EVERY_MS = 250;

/** Strip of calls per second, stacked by verdict; the same in words for whoever does not see it. */
export default function RateChart() {
  const host = useRef<HTMLDivElement>(null);
  const session = useSession();
  const theme = useStore(shownTheme);
  useEffect(() => {
    const element = host.current!;
    const chart = new uPlot(optionsFor(element), [[], [], [], [], []], element);
    const draw = (): void => {
      const run = session.state.run;
      const now = (run?.t ?? 0) / 1_000_000;
      const rates = ratesOf(run?.seconds ?? [], now);
      // Drawn from the highest sum down, so that the lower ones stand before it.
      chart.setData([rates.seconds as number[], ...([...stacked(rates)].reverse() as number[][])]);
    };
    draw();
    let timer: ReturnType<typeof setTimeout> | null = null;
    const unsubscribe = session.store.subscribe((state, before) => {
      if (state.run === before.run) return;
      timer ??= setTimeout(() => {
        timer = null;
        draw();
      }, DRAW_EVERY_MS);
    });
    const observer = new ResizeObserver(() =>
      chart.setSize({ width: element.clientWidth, height: element.clientHeight }),
    );
    observer.observe(element);
    return () => {
      unsubscribe();
      if (timer !== null) clearTimeout(timer);
      observer.disconnect();
      chart.destroy();
    };
  }, [session, theme]);
  return (
    <figure className="chart" aria-label="Calls per second by verdict">
      <div ref={host} className="chart-host" aria-hidden />
      <ChartWords />
    </figure>
  );
}

/** Read once a run has ended; while it goes on the status bar has the numbers. */
function ChartWords() {
  const seconds = useWork((state) => state.run?.seconds);
  const byVerdict = useWork((state) => state.run?.byVerdict);
  const live = useWork(isLive);
  if (seconds === undefined || byVerdict === undefined || live) return null;
  return <figcaption className="unseen">{ratesSentence(seconds, byVerdict)}</figcaption>;
}

function optionsFor(element: HTMLElement): uPlot.Options {
  const font = `${tokenPixels('--text-xs')}px ${getComputedStyle(element).fontFamily}`;
  const bars = uPlot.paths.bars!({ size: [0.9, 24], gap: 1, align: 1 });
  const axis = {
    font,
    stroke: tokenColour('--text-dim'),
    grid: { stroke: tokenColour('--border'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth,
    height: element.clientHeight,
    padding: [6, 18, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, range: (chart) => secondsRange(chart.data[0]) },
      y: { range: (_chart, _low, high) => [0, Math.max(1, (high ?? 0) * 1.05)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: tokenPixels('--text-xs') + 6,
        gap: 2,
        values: (_chart, values) => values.map((value) => (Number.isInteger(value) ? `${value} s` : '')),
      },
      { ...axis, size: 44, gap: 4, space: 18, values: (_chart, values) => values.map(short) },
    ],
    series: [
      {},
      ...[...VERDICT_KINDS].reverse().map((kind) => ({
        fill: tokenColour(`--${kind}`),
        stroke: tokenColour(`--${kind}`),
        width: 0,
        paths: bars,
        points: { show: false },
      })),
    ],
  };
}

/** At least this many seconds, so that a short run is not one broad bar. */
const SECONDS_AT_LEAST = 20;

function secondsRange(seconds: ArrayLike<number>): [number, number] {
  const first = seconds[0] ?? 0;
  return [first, Math.max((seconds[seconds.length - 1] ?? 0) + 1, first + SECONDS_AT_LEAST)];
}

function short(value: number): string {
  if (value >= 1_000_000) return `${value / 1_000_000}M`;
  if (value >= 1_000) return `${value / 1_000}k`;
  return Number.isInteger(value) ? String(value) : '';
}

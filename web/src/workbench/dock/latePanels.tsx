/** Panels whose code comes when they are first shown. */
import { lazy, Suspense } from 'react';

const History = lazy(() => import('../history/HistoryPanel.tsx'));
const Task = lazy(() => import('../task/TaskPanel.tsx'));
const Moment = lazy(() => import('../time/MomentPanel.tsx'));
const Replay = lazy(() => import('../replay/ReplayPanel.tsx'));
const Statistics = lazy(() => import('../statistics/StatisticsPanel.tsx'));

export function TaskPanel() {
  return (
    <Suspense fallback={<Loading />}>
      <Task />
    </Suspense>
  );
}

export function HistoryPanel() {
  return (
    <Suspense fallback={<Loading />}>
      <History />
    </Suspense>
  );
}

export function MomentPanel() {
  return (
    <Suspense fallback={<Loading />}>
      <Moment />
    </Suspense>
  );
}

export function StatisticsPanel() {
  return (
    <Suspense fallback={<Loading />}>
      <Statistics />
    </Suspense>
  );
}

export function ReplayPanel() {
  return (
    <Suspense fallback={<Loading />}>
      <Replay />
    </Suspense>
  );
}

function Loading() {
  return (
    <div className="empty" role="status">
      Loading …
    </div>
  );
}

/** Panels whose code comes when they are first shown. */
import { lazy, Suspense } from 'react';

const Moment = lazy(() => import('../time/MomentPanel.tsx'));
const Statistics = lazy(() => import('../statistics/StatisticsPanel.tsx'));

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

function Loading() {
  return (
    <div className="empty" role="status">
      Loading …
    </div>
  );
}

/** What a page's main thread does in each frame, in processor time: what a busy machine adds between is not in it. */
import type { Browser, Page } from '@playwright/test';

/** An event of Chromium's trace; times in microseconds, `tdur` of processor time. */
interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly tdur?: number;
}

/** The mark that the page leaves at each frame. */
export const FRAME_MARK = 'sandtable-frame';

const TASK = 'ThreadControllerImpl::RunTask';

/** Runs `act`, which marks its frames, and gives the milliseconds of all tasks between one mark and the next: script, style, layout, paint. */
export async function frameWork(browser: Browser, page: Page, act: () => Promise<void>): Promise<number[]> {
  await browser.startTracing(page, { categories: ['toplevel', 'blink.user_timing'] });
  await act();
  const trace = JSON.parse((await browser.stopTracing()).toString()) as {
    readonly traceEvents: TraceEvent[];
  };
  const marks = trace.traceEvents.filter(({ name }) => name === FRAME_MARK).sort((a, b) => a.ts - b.ts);
  const first = marks[0];
  if (first === undefined) return [];
  const tasks = trace.traceEvents.filter(
    ({ name, ph, pid, tid }) => name === TASK && ph === 'X' && pid === first.pid && tid === first.tid,
  );
  const work = marks.slice(1).map(() => 0);
  for (const { ts, tdur } of tasks) {
    // The frame whose mark is the last before the task began.
    const frame = marks.findLastIndex((mark) => mark.ts <= ts);
    if (frame >= 0 && frame < work.length) work[frame]! += (tdur ?? 0) / 1000;
  }
  return work;
}

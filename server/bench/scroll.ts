/** The trace of a run of a million calls in headless Chromium: frames while scrolling, filtering, and the memory of page and server. */
import { readFileSync } from 'node:fs';
import { chromium, type Browser, type CDPSession, type Page } from '@playwright/test';
import type { Figure } from './figures.ts';
import { median } from './figures.ts';
import { FRAME_MARK, frameWork } from './frameWork.ts';
import type { LiveServer, Watcher } from './liveServer.ts';
import { BROWSER_FLAGS } from './page.ts';
import { millionCalls, percentile } from './travel.ts';

/** Frames measured of each kind of scrolling: five seconds at 60 a second. */
const FRAMES = 300;

/** A frame that took longer than one and a half was missed. */
const MISSED_MS = 25;
const MOST_MISSED = 0.05;

/** What the page may do in a frame, in processor time, because a busy machine misses frames whatever the page does: half of what there is at 60 a second. */
const WORK_MS = 8;

const FILTER_GOAL_MS = 300;
const PAGE_GOAL_MIB = 150;
const SERVER_GOAL_MIB = 50;

const MIB = 1024 * 1024;

export async function scrollFigures(server: LiveServer, watcher: Watcher): Promise<Figure[]> {
  // What a first run loads is no matter of the trace's size.
  await watcher.watch(await watcher.bench('print(1)'));
  const serverBefore = residentBytes(server.pid);
  await millionCalls(watcher);
  const serverBetween = residentBytes(server.pid);
  const { bench, calls } = await millionCalls(watcher);
  const serverAfter = residentBytes(server.pid);
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: BROWSER_FLAGS });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(`${server.url}/#/bench/${bench}`);
    const table = page.getByRole('grid', { name: 'Calls' });
    await table.locator('[role=row][data-verdict]').first().waitFor({ timeout: 60_000 });
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Performance.enable');
    const heapBefore = await heapBytes(cdp);
    const figures: Figure[] = [{ what: 'rows', value: calls.toLocaleString('en-US'), goal: '' }];
    for (const [what, pixels] of [
      ['wheel, a screen in a quarter of a second', 60],
      ['wheel, as fast as it goes', 2_000],
    ] as const)
      figures.push(...(await frameFigures(what, browser, page, pixels)));
    for (const filter of ['verdict:deny', 'path:/tmp/f7*', '-call:getcwd -call:stat us:>20']) {
      const ms = await filterTime(page, filter);
      figures.push({
        what: `filter ${filter}, typed to drawn`,
        value: `${ms.toFixed(0)} ms`,
        goal: `< ${FILTER_GOAL_MS} ms`,
        met: ms < FILTER_GOAL_MS,
      });
    }
    const heapAfter = await heapBytes(cdp);
    const grown = (serverAfter - serverBetween) / MIB;
    figures.push(
      { what: 'heap of the page, opened', value: `${(heapBefore / MIB).toFixed(0)} MiB`, goal: '' },
      {
        what: 'heap of the page, after all that',
        value: `${(heapAfter / MIB).toFixed(0)} MiB`,
        goal: `≤ ${PAGE_GOAL_MIB} MiB`,
        met: heapAfter / MIB <= PAGE_GOAL_MIB,
      },
      {
        what: `server: ${((serverBetween - serverBefore) / MIB).toFixed(0)} MiB more for the first run of that size, for the second`,
        value: `${grown.toFixed(0)} MiB`,
        goal: `≤ ${SERVER_GOAL_MIB} MiB`,
        met: grown <= SERVER_GOAL_MIB,
      },
    );
    return figures;
  } finally {
    await browser.close();
  }
}

async function frameFigures(what: string, browser: Browser, page: Page, pixels: number): Promise<Figure[]> {
  // Once before: what a page that was just opened still loads and compiles is no matter of the trace's size.
  await scroll(page, pixels);
  const frames = await scroll(page, pixels);
  // Again: what is traced takes longer.
  const work = await frameWork(browser, page, async () => {
    await scroll(page, pixels);
  });
  const missed = frames.filter((ms) => ms > MISSED_MS).length / frames.length;
  const rate = 1000 / (frames.reduce((sum, ms) => sum + ms, 0) / frames.length);
  const busiest = percentile(work, 0.95);
  return [
    {
      what,
      value: `${rate.toFixed(0)} frames/s, median ${median(frames).toFixed(1)} ms, ${(missed * 100).toFixed(1)} % missed`,
      goal: `≤ ${MOST_MISSED * 100} % missed`,
      met: missed <= MOST_MISSED,
    },
    {
      what: "the same, the page's own work in a frame",
      value: `median ${median(work).toFixed(1)} ms, 95 % ${busiest.toFixed(1)} ms`,
      goal: `95 % ≤ ${WORK_MS} ms`,
      met: busiest <= WORK_MS,
    },
  ];
}

// Done in the page, as text: nothing here has the types of a browser.

/** Milliseconds of each frame while the wheel turns by so many pixels a frame. Up first: an open trace stands at its end. */
function scroll(page: Page, pixels: number): Promise<number[]> {
  return page.evaluate<number[]>(`(async () => {
    const table = document.querySelector('[role=grid][aria-label=Calls]');
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const frames = [];
    let last = await frame();
    for (let at = 0; at < ${FRAMES}; at++) {
      const deltaY = at < ${FRAMES / 2} ? -${pixels} : ${pixels};
      table.dispatchEvent(new WheelEvent('wheel', { deltaY, bubbles: true, cancelable: true }));
      const now = await frame();
      performance.mark('${FRAME_MARK}');
      frames.push(now - last);
      last = now;
    }
    return frames;
  })()`);
}

/** Milliseconds from the key that takes a filter over to the first matching rows on the screen. */
async function filterTime(page: Page, filter: string): Promise<number> {
  const box = page.getByRole('combobox', { name: 'Filter the calls' });
  await box.fill('n:0');
  await box.press('Enter');
  await page.waitForTimeout(500);
  await box.fill(filter);
  return page.evaluate<number>(`(async () => {
    const rows = document.querySelector('[role=grid][aria-label=Calls] [role=rowgroup]:last-child');
    const begun = performance.now();
    document.activeElement.dispatchEvent(
      new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }),
    );
    while (rows.querySelectorAll('[role=row][data-verdict]').length <= 5 && performance.now() - begun < 10_000)
      await new Promise((resolve) => requestAnimationFrame(resolve));
    return performance.now() - begun;
  })()`);
}

async function heapBytes(cdp: CDPSession): Promise<number> {
  await cdp.send('HeapProfiler.collectGarbage');
  const { metrics } = await cdp.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? Number.NaN;
}

function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}

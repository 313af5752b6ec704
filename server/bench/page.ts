/** First paint in headless Chromium, and what the page has loaded when a bench with its script is open. */
import { gzipSync } from 'node:zlib';
import { chromium } from '@playwright/test';
import type { Figure } from './figures.ts';
import { median } from './figures.ts';
import type { LiveServer } from './liveServer.ts';

const ROUNDS = 5;
const GOAL_MIB = 1.2;
export const BROWSER_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function pageFigures(server: LiveServer): Promise<Figure[]> {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: BROWSER_FLAGS });
  try {
    const paints: number[] = [];
    let bytes = 0;
    let scripts = 0;
    for (let i = 0; i < ROUNDS; i++) {
      const page = await browser.newPage();
      const sizes: Promise<readonly [boolean, number]>[] = [];
      page.on('response', (response) => {
        const kind = response.request().resourceType();
        if (
          !['document', 'script', 'stylesheet', 'font'].includes(kind) &&
          !/\.(js|css)$/.test(new URL(response.url()).pathname)
        )
          return;
        sizes.push(
          response.body().then(
            (body) => [kind !== 'font', kind === 'font' ? body.length : gzipSync(body).length] as const,
            () => [true, 0] as const,
          ),
        );
      });
      await page.goto(server.url, { waitUntil: 'networkidle' });
      await page.getByRole('button', { name: /^Hello/ }).click();
      await page.locator('.view-lines').first().waitFor();
      await page.waitForLoadState('networkidle');
      const paint = await page.evaluate(
        () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
      );
      paints.push(paint);
      const all = await Promise.all(sizes);
      bytes = all.reduce((sum, [, n]) => sum + n, 0);
      scripts = all.filter(([code]) => code).reduce((sum, [, n]) => sum + n, 0);
      await page.close();
    }
    const mib = scripts / 1024 / 1024;
    return [
      { what: 'first contentful paint, new page', value: `${median(paints).toFixed(0)} ms`, goal: '' },
      {
        what: 'code loaded before a policy is opened, gzip',
        value: `${mib.toFixed(2)} MiB`,
        goal: `≤ ${GOAL_MIB} MiB`,
        met: mib <= GOAL_MIB,
      },
      { what: 'the same with fonts', value: `${(bytes / 1024 / 1024).toFixed(2)} MiB`, goal: '' },
    ];
  } finally {
    await browser.close();
  }
}

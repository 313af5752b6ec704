import { existsSync } from 'node:fs';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The browser that the page is tested in: the distribution's, or the one that SANDTABLE_CHROMIUM names. */
export function findChromium(): string | undefined {
  const named = process.env['SANDTABLE_CHROMIUM'];
  return (named === undefined ? PLACES : [named]).find((place) => existsSync(place));
}

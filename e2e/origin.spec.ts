import { expect, test } from '@playwright/test';
import { benchFrom, ended, GUEST_MS, openTab, run, shows, typeLine } from './workbench.ts';

test('nothing leaves the server’s own origin, nothing is refused by its own rules, and a policy’s tools wait for a policy', async ({
  page,
  baseURL,
}) => {
  const addresses: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => addresses.push(request.url()));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await benchFrom(page, 'Hello');
  await run(page);
  await shows(page, 'What is your name?');
  await typeLine(page, 'Ada');
  await ended(page);
  const isTypeScript = (address: string) => /worker|policyLanguage/.test(address);
  expect(addresses.filter(isTypeScript)).toEqual([]);
  await openTab(page, 'policy.ts');
  await expect(page.locator('.view-lines').filter({ visible: true })).toContainText('The standard policy', {
    timeout: GUEST_MS,
  });
  await expect.poll(() => addresses.some((address) => address.includes('ts.worker'))).toBe(true);
  const strangers = addresses.filter(
    (address) => !address.startsWith(baseURL!) && !/^(data|blob):/.test(address),
  );
  expect(strangers).toEqual([]);
  expect(complaints).toEqual([]);
});

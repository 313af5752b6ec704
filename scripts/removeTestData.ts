import { rmSync } from 'node:fs';

/** Playwright's last act: the data folder of the test server goes. */
export default function removeTestData(): void {
  const folder = process.env['SANDTABLE_E2E_DATA'];
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}

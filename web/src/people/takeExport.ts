/** What is kept of somebody, as a zip: asked for like anything that is written down, and then handed to the browser as a file. */
import { ASKED_BY_PAGE, httpRefusal } from '@sandtable/shared/httpMessages';
import { notify } from '../app/notices.ts';
import { downloadBlob } from '../workbench/files/download.ts';

/** Whether one is being made: a second click would only make the same again. */
let making = false;

/** @param of id of a person, for administrators; `me` for oneself @param whose how messages call the data */
export async function takeExport(of: string, whose: string): Promise<void> {
  if (making) return;
  making = true;
  notify({
    level: 'info',
    title: 'The zip is being made',
    text: `It has everything that is kept of ${whose}.`,
  });
  try {
    const address = of === 'me' ? '/api/me/export' : `/api/people/${of}/export`;
    const response = await fetch(address, { method: 'POST', headers: { [ASKED_BY_PAGE]: '1' } });
    if (response.ok) {
      downloadBlob(nameOf(response), await response.blob());
      return;
    }
    const refusal = httpRefusal.safeParse(await response.json());
    complain(refusal.success ? refusal.data.message : 'The server gave no reason. Try again in a minute.');
  } catch {
    complain('There is no connection to the server. Nothing was changed; try again in a moment.');
  } finally {
    making = false;
  }
}

function complain(text: string): void {
  notify({ level: 'error', title: 'The zip was not made', text });
}

function nameOf(response: Response): string {
  const named = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get('content-disposition') ?? '')?.[1];
  return named === undefined ? 'sandtable.zip' : decodeURIComponent(named);
}

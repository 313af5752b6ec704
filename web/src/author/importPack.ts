/** Sends a zip to the server, which makes a pack of it, or says what is wrong with which entry. */
import { ZIP_TYPE } from '@sandtable/shared/authorMessages';
import { importAnswer } from '@sandtable/shared/authorReplies';
import { ASKED_BY_PAGE } from '@sandtable/shared/httpMessages';

export type Imported =
  | { readonly ok: true; readonly bench: string }
  | { readonly ok: false; readonly problems: readonly string[] };

export async function importPack(file: Blob): Promise<Imported> {
  const refuse = (message: string): Imported => ({ ok: false, problems: [message] });
  try {
    const response = await fetch('/api/author/packs', {
      method: 'POST',
      headers: { 'content-type': ZIP_TYPE, [ASKED_BY_PAGE]: '1' },
      body: file,
    });
    if (response.status === 413) return refuse('The zip is larger than a pack may be.');
    const parsed = importAnswer.safeParse(await response.json());
    if (!parsed.success) return refuse('The server gave an answer that makes no sense.');
    if (parsed.data.ok) return parsed.data;
    return { ok: false, problems: parsed.data.problems.map(problemText) };
  } catch {
    return refuse('There is no connection to the server. Nothing was taken in.');
  }
}

function problemText({ file, message }: { readonly file: string; readonly message: string }): string {
  return file === '' ? message : `${file}: ${message}`;
}

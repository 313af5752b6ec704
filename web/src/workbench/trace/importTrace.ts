/** Sends a trace to the server, which reads it; what is wrong with it comes back with line numbers. */
import { ASKED_BY_PAGE } from '@sandtable/shared/httpMessages';
import { z } from 'zod';

const answer = z.union([
  z.object({ ok: z.literal(true), run: z.string(), calls: z.number() }),
  z.object({
    ok: z.literal(false),
    message: z.string(),
    problems: z.array(z.object({ line: z.number(), message: z.string() })).optional(),
  }),
]);

/** Problems that are told; the first ones say most. */
const PROBLEMS_TOLD = 5;

export type ImportResult =
  { readonly ok: true; readonly calls: number } | { readonly ok: false; readonly message: string };

/** The run that it became is announced like any run of the bench. */
export async function importTrace(bench: string, file: Blob): Promise<ImportResult> {
  try {
    const response = await fetch(`/api/benches/${encodeURIComponent(bench)}/trace`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson', [ASKED_BY_PAGE]: '1' },
      body: file,
    });
    if (response.status === 413) return { ok: false, message: 'The file is too large.' };
    const parsed = answer.safeParse(await response.json());
    if (!parsed.success) return { ok: false, message: 'The server gave an answer that makes no sense.' };
    if (parsed.data.ok) return parsed.data;
    const { message, problems = [] } = parsed.data;
    return { ok: false, message: [message, ...problems.slice(0, PROBLEMS_TOLD).map(problemText)].join('\n') };
  } catch {
    return { ok: false, message: 'There is no connection to the server. Nothing was imported.' };
  }
}

function problemText({ line, message }: { readonly line: number; readonly message: string }): string {
  return line === 0 ? message : `Line ${line}: ${message}`;
}

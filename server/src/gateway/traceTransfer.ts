/**
 * Traces in and out: a run's rows as CSV or JSONL (all of them or those that a filter leaves), and a trace from elsewhere as a run of a bench.
 *
 * What comes in is a stranger's file: it goes to the disk up to {@link IMPORT_BYTES} and is read line by line in a thread (`traceImport.ts`);
 * nothing of it is looked at here.
 */
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { TraceProblem } from '@sandtable/shared/traceImport';
import type { Asked } from '../sessions/traceIndex/indexDesk.ts';
import type { ExportFormat } from '../sessions/traceIndex/exportRows.ts';
import { attach, missing } from './downloads.ts';
import { benchRoute, runRoute } from './httpAccess.ts';

/** The largest trace that can be brought along: a million rows and some. */
const IMPORT_BYTES = 256 * 1024 * 1024;

/** The page sends this; nothing else is taken, so that no form of another site can send one. */
const TRACE_TYPE = 'application/x-ndjson';

const EXPORT_TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  jsonl: TRACE_TYPE,
};

/** A filter is as long as the page's own. */
const MAX_FILTER = 500;

/** How long an export that has caught up with a search waits before it asks again. */
const CATCH_UP_MS = 20;

export type ImportAnswer =
  | { readonly ok: true; readonly run: string; readonly calls: number }
  | { readonly ok: false; readonly message: string; readonly problems?: readonly TraceProblem[] };

export interface TraceTransfer {
  readonly runExists: (run: string) => Promise<boolean>;
  /** A portion of an export; null where the log cannot be read. */
  readonly part: (
    run: string,
    filter: string,
    format: ExportFormat,
    from: number,
  ) => Promise<Asked<{ readonly text: string; readonly next: number | null }> | null>;
  /** Makes a run of the bench from the file. */
  readonly take: (bench: string, file: string) => Promise<ImportAnswer>;
}

export function addTraceTransfer(app: FastifyInstance, transfer: TraceTransfer): void {
  app.get<{ Params: { run: string; format: string }; Querystring: { filter?: string } }>(
    '/api/runs/:run/rows.:format',
    { config: { access: runRoute('see') } },
    async (request, reply) => {
      const { run, format } = request.params;
      const filter = request.query.filter ?? '';
      if ((format !== 'csv' && format !== 'jsonl') || filter.length > MAX_FILTER) return missing(reply);
      if (!(await transfer.runExists(run))) return missing(reply);
      const first = await transfer.part(run, filter, format, 0);
      if (first === null) return missing(reply);
      if (!first.ok) return reply.code(400).type('text/plain').send(first.message);
      attach(reply, `rows-${run}.${format}`, EXPORT_TYPES[format]);
      return reply.send(Readable.from(parts(transfer, run, filter, format, first)));
    },
  );

  app.addContentTypeParser(TRACE_TYPE, (_request, payload, done) => done(null, payload));
  let busy = false;
  app.post<{ Params: { bench: string } }>(
    '/api/benches/:bench/trace',
    { bodyLimit: IMPORT_BYTES, config: { access: benchRoute('change') } },
    async (request, reply) => {
      const answer = async (): Promise<ImportAnswer> => {
        if (!(request.body instanceof Readable)) return { ok: false, message: 'Send a trace as JSONL.' };
        const folder = await mkdtemp(join(tmpdir(), 'sandtable-import-'));
        try {
          const file = join(folder, 'trace.jsonl');
          if (!(await stored(request.body, file)))
            return {
              ok: false,
              message: `A trace can have ${IMPORT_BYTES / 1024 / 1024} MiB at most. Nothing was imported.`,
            };
          return await transfer.take(request.params.bench, file);
        } finally {
          await rm(folder, { recursive: true, force: true });
        }
      };
      if (busy)
        return told(reply, { ok: false, message: 'Another trace is being imported. Try again in a moment.' });
      busy = true;
      try {
        return await told(reply, await answer());
      } finally {
        busy = false;
      }
    },
  );
}

function told(reply: FastifyReply, answer: ImportAnswer): FastifyReply {
  return reply
    .code(answer.ok ? 200 : 400)
    .header('cache-control', 'no-store')
    .send(answer);
}

/** @returns whether it was small enough. */
async function stored(body: Readable, file: string): Promise<boolean> {
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      done(bytes > IMPORT_BYTES ? new Error('too large') : null, chunk);
    },
  });
  try {
    await pipeline(body, counted, createWriteStream(file, { mode: 0o600 }));
    return true;
  } catch (error) {
    if (bytes > IMPORT_BYTES) return false;
    throw error;
  }
}

async function* parts(
  transfer: TraceTransfer,
  run: string,
  filter: string,
  format: ExportFormat,
  first: { readonly text: string; readonly next: number | null },
): AsyncGenerator<string> {
  let { text, next } = first;
  for (;;) {
    if (text !== '') yield text;
    if (next === null) return;
    if (text === '') await new Promise((resolve) => setTimeout(resolve, CATCH_UP_MS));
    const part = await transfer.part(run, filter, format, next);
    if (part?.ok !== true) throw new Error('export: the log cannot be read any more');
    ({ text, next } = part);
  }
}

/** Downloads: the trace of a run, a file of a bench. Always attachments, so that nothing a guest made is shown as a page of ours. */
import { createReadStream, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { wholeLines } from '../sessions/wholeLines.ts';
import { benchRoute, runRoute } from './httpAccess.ts';

export interface Downloads {
  /** File of the run's log, or null where there is no such run. */
  logFile(run: string): Promise<string | null>;
  /** Null where there is no such file. */
  benchFile(bench: string, path: string): Promise<Uint8Array | null>;
}

export function addDownloads(app: FastifyInstance, downloads: Downloads): void {
  app.get<{ Params: { run: string } }>(
    '/api/runs/:run/trace.jsonl',
    { config: { access: runRoute('see') } },
    async (request, reply) => {
      const path = await downloads.logFile(request.params.run);
      if (path === null || !exists(path)) return missing(reply);
      attach(reply, `trace-${request.params.run}.jsonl`, 'application/x-ndjson');
      const bytes = wholeLines(path);
      return reply.send(bytes === 0 ? Readable.from([]) : createReadStream(path, { end: bytes - 1 }));
    },
  );

  app.get<{ Params: { bench: string; '*': string } }>(
    '/api/benches/:bench/files/*',
    { config: { access: benchRoute('see') } },
    async (request, reply) => {
      const path = request.params['*'];
      const bytes = await downloads.benchFile(request.params.bench, path);
      if (bytes === null) return missing(reply);
      attach(reply, path.slice(path.lastIndexOf('/') + 1), 'application/octet-stream');
      return reply.send(Buffer.from(bytes));
    },
  );
}

export function attach(reply: FastifyReply, name: string, type: string): void {
  const plain = name.replace(/[^ -~]|["\\]/g, '_');
  reply.type(type);
  reply.header(
    'content-disposition',
    `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name)}`,
  );
  reply.header('content-security-policy', "default-src 'none'; sandbox");
  reply.header('cache-control', 'no-store');
}

export function missing(reply: FastifyReply): FastifyReply {
  return reply.code(404).type('text/plain').send('There is nothing here any more.');
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

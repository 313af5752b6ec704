/** What teaching takes along and brings in over HTTP: the gradebook as a table, packs of labs as zips. */
import type { FastifyInstance } from 'fastify';
import { ZIP_TYPE } from '@sandtable/shared/authorMessages';
import type { ImportAnswer } from '@sandtable/shared/authorReplies';
import { MAX_ZIP_BYTES } from '../labs/packZip.ts';
import { attach, missing } from './downloads.ts';
import { benchRoute, type HttpRule } from './httpAccess.ts';

const courseStaff: HttpRule = { of: 'course', role: 'assistant', id: ({ course = '' }) => course };

export interface TeachingTransfer {
  /** The gradebook as CSV with the title of its course, or null where there is no such course. */
  readonly grades: (course: string) => Promise<{ readonly title: string; readonly csv: string } | null>;
  /** The files of a bench. */
  readonly zip: (bench: string) => Promise<Uint8Array>;
  readonly takeZip: (person: string, zip: Uint8Array) => Promise<ImportAnswer>;
}

export function addTeachingRoutes(app: FastifyInstance, transfer: TeachingTransfer): void {
  app.get<{ Params: { course: string } }>(
    '/api/courses/:course/grades.csv',
    { config: { access: courseStaff } },
    async (request, reply) => {
      const book = await transfer.grades(request.params.course);
      if (book === null) return missing(reply);
      attach(reply, `grades ${book.title.replaceAll(/[/\\]/g, ' ')}.csv`, 'text/csv; charset=utf-8');
      return reply.send(book.csv);
    },
  );

  app.get<{ Params: { bench: string } }>(
    '/api/benches/:bench/pack.zip',
    { config: { access: benchRoute('see') } },
    async (request, reply) => {
      const zip = await transfer.zip(request.params.bench);
      attach(reply, `lab-${request.params.bench}.zip`, ZIP_TYPE);
      return reply.send(Buffer.from(zip));
    },
  );

  app.addContentTypeParser(
    ZIP_TYPE,
    { parseAs: 'buffer', bodyLimit: MAX_ZIP_BYTES },
    (_request, body, parsed) => parsed(null, body),
  );
  app.post(
    '/api/author/packs',
    { bodyLimit: MAX_ZIP_BYTES, config: { access: { of: 'site', role: 'instructor' } } },
    async (request, reply) => {
      if (request.actor === null || !Buffer.isBuffer(request.body)) return reply.code(400).send();
      const answer = await transfer.takeZip(request.actor.person, request.body);
      return reply
        .code(answer.ok ? 200 : 400)
        .header('cache-control', 'no-store')
        .send(answer);
    },
  );
}

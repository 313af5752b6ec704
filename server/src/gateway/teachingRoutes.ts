/** What teaching takes along over HTTP. */
import type { FastifyInstance } from 'fastify';
import { attach, missing } from './downloads.ts';
import type { HttpRule } from './httpAccess.ts';

const courseStaff: HttpRule = { of: 'course', role: 'assistant', id: ({ course = '' }) => course };

export interface TeachingDownloads {
  /** The gradebook as CSV with the title of its course, or null where there is no such course. */
  readonly grades: (course: string) => Promise<{ readonly title: string; readonly csv: string } | null>;
}

export function addTeachingRoutes(app: FastifyInstance, downloads: TeachingDownloads): void {
  app.get<{ Params: { course: string } }>(
    '/api/courses/:course/grades.csv',
    { config: { access: courseStaff } },
    async (request, reply) => {
      const book = await downloads.grades(request.params.course);
      if (book === null) return missing(reply);
      attach(reply, `grades ${book.title.replaceAll(/[/\\]/g, ' ')}.csv`, 'text/csv; charset=utf-8');
      return reply.send(book.csv);
    },
  );
}

/** What is kept of a person, to take along: for administrators of everybody, for everybody of themselves. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { PersonDesk, TakenExport } from '../keeping/personDesk.ts';
import { PERSON } from './access.ts';
import { attach } from './downloads.ts';

const STATUS: Readonly<Record<Extract<TakenExport, { ok: false }>['code'], number>> = {
  'not-found': 404,
  busy: 503,
  failed: 500,
};

/** Asked for with POST: it is written down who took whose. */
export function addPersonRoutes(app: FastifyInstance, desk: Pick<PersonDesk, 'export'>): void {
  const send = async (request: FastifyRequest, reply: FastifyReply, person: string): Promise<unknown> => {
    const taken = await desk.export(request.actor!.person, person);
    if (!taken.ok) return reply.code(STATUS[taken.code]).header('cache-control', 'no-store').send(taken);
    attach(reply, taken.name.replaceAll(/[/\\]/g, ' '), 'application/zip');
    return reply.header('content-length', taken.bytes).send(taken.content);
  };

  app.post('/api/me/export', { config: { access: PERSON } }, (request, reply) =>
    send(request, reply, request.actor!.person),
  );

  app.post<{ Params: { person: string } }>(
    '/api/people/:person/export',
    { config: { access: { of: 'site', role: 'administrator' } } },
    (request, reply) => send(request, reply, request.params.person),
  );
}

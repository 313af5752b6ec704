/**
 * The rule that each HTTP route names as `config: { access: … }`, judged by one hook before anything of its body is read. A route below
 * `/api/` without a rule keeps the server from starting.
 *
 * What changes something needs the header {@link ASKED_BY_PAGE} as well: a page of another site cannot send it without being asked for leave
 * first, which nobody here gives. (`Origin` is checked before, for every request.)
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ASKED_BY_PAGE } from '@sandtable/shared/httpMessages';
import type { Judge, Rule } from './access.ts';
import type { Actor } from './actor.ts';

type Params = Readonly<Record<string, string>>;

/** `everybody`: also who is not signed in. */
export type HttpRule = 'everybody' | Rule<Params>;

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: HttpRule;
  }
  interface FastifyRequest {
    /** Who asks; null for somebody who is not signed in. */
    actor: Actor | null;
  }
}

export const benchRoute = (may: 'see' | 'change'): HttpRule => ({
  of: 'bench',
  may,
  id: ({ bench = '' }) => bench,
});

export const runRoute = (may: 'see' | 'change'): HttpRule => ({ of: 'run', may, id: ({ run = '' }) => run });

export interface HttpAccess {
  readonly judge: Judge;
  /** Who sends this request. */
  readonly actorOf: (request: FastifyRequest) => Promise<Actor | null>;
  /** Told of each route, as in `GET /api/health`. */
  readonly onRoute?: (route: string) => void;
}

/** Methods that change nothing. */
const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Call it before any route is added. */
export function guardRoutes(app: FastifyInstance, { judge, actorOf, onRoute }: HttpAccess): void {
  app.decorateRequest('actor', null);
  app.addHook('onRoute', ({ method, url, config }) => {
    for (const each of [method].flat()) onRoute?.(`${each} ${url}`);
    if (url.startsWith('/api/') && config?.access === undefined)
      throw new Error(`The route ${url} says nothing of who may use it: config: { access: … }`);
  });
  app.addHook('onRequest', async (request, reply) => {
    const rule = request.routeOptions.config.access;
    if (rule === undefined) return;
    const refuse = (status: number, message: string): unknown =>
      reply
        .code(status)
        .header('cache-control', 'no-store')
        .send({ ok: false, code: statusWord(status), message });
    if (!READING.has(request.method) && request.headers[ASKED_BY_PAGE] === undefined)
      return refuse(403, `Requests that change something carry the header ${ASKED_BY_PAGE}.`);
    request.actor = await actorOf(request);
    if (rule === 'everybody') return;
    if (request.actor === null) return refuse(401, 'Sign in first.');
    const denial = await judge(rule, request.params as Params, request.actor);
    if (denial === null) return;
    return refuse(denial.error.code === 'not-found' ? 404 : 403, denial.error.message);
  });
}

function statusWord(status: number): string {
  if (status === 401) return 'signed-out';
  return status === 404 ? 'not-found' : 'forbidden';
}

/** The HTTP edge: the page's files, what it needs once, and downloads. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { constants } from 'node:zlib';
import compress from '@fastify/compress';
import serveStatic from '@fastify/static';
import { fastify, type FastifyInstance, type FastifyReply } from 'fastify';
import type { Meta } from '@sandtable/shared/protocol';
import type { PersonDesk } from '../keeping/personDesk.ts';
import { PERSON } from './access.ts';
import type { Refusal } from './allowedOrigins.ts';
import { addAssets } from './assets.ts';
import { addDownloads, type Downloads } from './downloads.ts';
import { guardRoutes, type HttpAccess } from './httpAccess.ts';
import { addPersonRoutes } from './personRoutes.ts';
import { addTeachingRoutes, type TeachingTransfer } from './teachingRoutes.ts';
import { addTraceTransfer, type TraceTransfer } from './traceTransfer.ts';

/** Requests of the page carry no body; anything larger is not ours. */
const MAX_BODY_BYTES = 64 * 1024;

/** Answers made on the spot are compressed lightly; assets are not (`assets.ts`). */
const BROTLI_QUALITY = 4;

/** Smaller answers gain nothing. */
const COMPRESS_FROM_BYTES = 1024;

/**
 * Nothing from elsewhere, no inline script. Styles: Monaco and xterm write style attributes. Workers: Monaco's, as files
 * of our own or as blobs that load them.
 */
const SECURITY_HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
} as const;

const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Sandtable</title>
<h1>The page has not been built</h1><p>Run <code>npm run build:web</code> (<code>npm start</code> does it by itself), then reload.</p></html>`;

export interface HttpOptions {
  /** Folder of the built page. */
  readonly web: string;
  readonly check: (host: string | undefined, origin: string | undefined) => Refusal | null;
  readonly access: HttpAccess;
  readonly meta: () => Promise<Meta>;
  readonly downloads: Downloads;
  readonly traces: TraceTransfer;
  /** Routes by which people come in. */
  readonly entrance: (app: FastifyInstance) => void;
  /** Addresses of proxies whose word about where a request comes from is taken. */
  readonly proxies: readonly string[];
  readonly teaching: TeachingTransfer;
  readonly keeping: Pick<PersonDesk, 'export'>;
}

/** Whether the page was built. */
export function isBuilt(web: string): boolean {
  return existsSync(join(web, 'index.html'));
}

export async function httpServer(options: HttpOptions): Promise<FastifyInstance> {
  const app = fastify({
    bodyLimit: MAX_BODY_BYTES,
    routerOptions: { maxParamLength: 1024 },
    trustProxy: options.proxies.length === 0 ? false : [...options.proxies],
  });

  app.addHook('onRequest', async (request, reply) => {
    reply.headers(SECURITY_HEADERS);
    const refusal = options.check(request.headers.host, request.headers.origin);
    if (refusal === null) return;
    await reply
      .code(403)
      .type('text/plain')
      .send(
        refusal === 'host'
          ? 'This server does not go by that name. An operator can add it: SANDTABLE_HOSTS=name.'
          : 'Requests from other sites are not answered.',
      );
  });
  guardRoutes(app, options.access);
  await app.register(compress, {
    threshold: COMPRESS_FROM_BYTES,
    encodings: ['br', 'gzip'],
    brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } },
  });

  app.get('/api/health', { config: { access: 'everybody' } }, async (_request, reply) => {
    reply.header('cache-control', 'no-store');
    return { ok: true };
  });
  app.get('/api/meta', { config: { access: PERSON } }, async (_request, reply) => {
    reply.header('cache-control', 'no-store');
    return options.meta();
  });
  options.entrance(app);
  addDownloads(app, options.downloads);
  addTraceTransfer(app, options.traces);
  addTeachingRoutes(app, options.teaching);
  addPersonRoutes(app, options.keeping);
  addAssets(app, join(options.web, 'assets'));

  await app.register(serveStatic, {
    root: options.web,
    cacheControl: false,
    index: false,
    setHeaders: (reply) => {
      reply.header('cache-control', 'no-cache');
    },
  });
  const page = async (reply: FastifyReply): Promise<unknown> => {
    if (isBuilt(options.web)) return reply.header('cache-control', 'no-cache').sendFile('index.html');
    return reply.code(503).type('text/html').send(NOT_BUILT);
  };
  app.get('/', (_request, reply) => page(reply));
  // A path inside the page, typed or reloaded: the page itself knows what it means.
  app.setNotFoundHandler((request, reply) => {
    const { pathname } = new URL(request.url, 'http://page');
    if (request.method === 'GET' && !pathname.startsWith('/api/') && !/\.[a-z0-9]+$/i.test(pathname))
      return page(reply);
    return reply.code(404).type('text/plain').send('There is nothing here.');
  });
  return app;
}

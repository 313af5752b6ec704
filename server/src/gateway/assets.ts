/**
 * The page's assets: files with a hash of their content in their names, compressed once and kept.
 *
 * The largest is the TypeScript worker; compressing it anew for each of thirty students who open their first policy at the same
 * moment would take the server away from their guests.
 */
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ttf': 'font/ttf',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/** Compressed by their own format already. */
const DENSE: ReadonlySet<string> = new Set(['.png', '.woff2']);

/** Close to the best size at a tenth of the time. */
const BROTLI_QUALITY = 5;

/** Bytes kept in memory; the page's own assets are some 3 MB, and those of the build before go when this is full. */
const KEPT_BYTES = 32 * 1024 * 1024;

/** A name as the build makes it: no folders, nothing hidden. */
const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,200}$/;

/** The one worker that runs policies in the page. A worker is held to the headers of its own script; the page compiles nothing. */
const COMPILES_WASM = /^replayWorker-[A-Za-z0-9_-]+\.js$/;

/** `wasm-unsafe-eval` allows WebAssembly, and not `eval`. It reads traces and its own parts, and can start nothing. */
const WASM_WORKER_POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; base-uri 'none'";

type Encoding = 'br' | 'gzip' | 'identity';

/** Serves `/assets/…` from this folder. */
export function addAssets(app: FastifyInstance, folder: string): void {
  const kept = new Map<string, Promise<Buffer | null>>();
  let keptBytes = 0;

  const load = (name: string, encoding: Encoding): Promise<Buffer | null> => {
    const key = `${encoding} ${name}`;
    const known = kept.get(key);
    if (known !== undefined) return known;
    const made = encoded(join(folder, name), encoding).then((bytes) => {
      // What is not there now may be there after the next build.
      if (bytes === null) kept.delete(key);
      else if ((keptBytes += bytes.length) > KEPT_BYTES) {
        kept.clear();
        keptBytes = 0;
      }
      return bytes;
    });
    kept.set(key, made);
    return made;
  };

  app.get<{ Params: { '*': string } }>('/assets/*', { compress: false }, async (request, reply) => {
    const name = request.params['*'];
    const type = TYPES[extname(name)];
    if (type === undefined || !NAME.test(name)) return reply.callNotFound();
    const encoding = DENSE.has(extname(name)) ? 'identity' : wanted(request.headers['accept-encoding']);
    const bytes = await load(name, encoding);
    if (bytes === null) return reply.callNotFound();
    if (encoding !== 'identity') reply.header('content-encoding', encoding);
    if (COMPILES_WASM.test(name)) reply.header('content-security-policy', WASM_WORKER_POLICY);
    return reply
      .type(type)
      .header('vary', 'accept-encoding')
      .header('cache-control', 'public, max-age=31536000, immutable')
      .send(bytes);
  });
}

async function encoded(path: string, encoding: Encoding): Promise<Buffer | null> {
  const bytes = await readFile(path).catch(() => null);
  if (bytes === null || encoding === 'identity') return bytes;
  if (encoding === 'gzip') return promisify(gzip)(bytes);
  return promisify(brotliCompress)(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
}

/** The best encoding that the browser takes. */
function wanted(header: string | string[] | undefined): Encoding {
  const names = String(header ?? '')
    .split(',')
    .filter((part) => !/;\s*q=0(\.0*)?\s*$/.test(part))
    .map((part) => part.split(';')[0]!.trim());
  if (names.includes('br')) return 'br';
  return names.includes('gzip') ? 'gzip' : 'identity';
}

/** A pack as the bytes that the database keeps: its files as JSON, compressed. */
import { gunzipSync, gzipSync } from 'node:zlib';
import type { PackFiles } from './packFiles.ts';

/** Larger than any pack that was ever taken in, as base64; a damaged row ends here and not with the memory. */
const MAX_UNPACKED_BYTES = 64 * 1024 * 1024;

export function packBytes(files: PackFiles): Uint8Array {
  const list = [...files].map(([path, content]) => [path, Buffer.from(content).toString('base64')]);
  return gzipSync(JSON.stringify(list));
}

/** Throws where the bytes are none of {@link packBytes}: only this server writes them. */
export function packOfBytes(bytes: Uint8Array): PackFiles {
  const text = gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED_BYTES }).toString('utf8');
  const list = JSON.parse(text) as readonly (readonly [string, string])[];
  return new Map(list.map(([path, content]) => [path, new Uint8Array(Buffer.from(content, 'base64'))]));
}

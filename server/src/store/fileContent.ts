/** Bytes of files as the protocol carries them: text with surrogate escapes, or base64. */
import type { FileContent } from '@sandtable/shared/protocol';
import { decodeText, encodeText, hasEscapedBytes } from '@sandtable/shared/text';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** The bytes, or null where the text is no base64. */
export function bytesOf(content: FileContent): Uint8Array | null {
  if (content.encoding === 'utf8') return encodeText(content.text);
  return BASE64.test(content.text) ? Buffer.from(content.text, 'base64') : null;
}

export function contentOf(bytes: Uint8Array, encoding: FileContent['encoding']): FileContent {
  if (encoding === 'utf8') return { encoding, text: decodeText(bytes) };
  return { encoding, text: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64') };
}

/** How bytes of unknown origin are best shown: as text when they are valid UTF-8 without NUL, else as base64. */
export function encodingOf(bytes: Uint8Array): FileContent['encoding'] {
  return bytes.includes(0) || hasEscapedBytes(decodeText(bytes)) ? 'base64' : 'utf8';
}

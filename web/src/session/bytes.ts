/** Bytes of bench files on their way through JSON. */
import type { FileContent } from '@sandtable/shared/protocol';

/** `String.fromCharCode` takes its input as arguments, of which browsers allow some tens of thousands. */
const CHUNK = 8_192;

function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += CHUNK)
    binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(binary);
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

/** As text where the bytes are valid UTF-8 without NUL, otherwise as base64. */
export function contentOf(bytes: Uint8Array): FileContent {
  if (!bytes.includes(0)) {
    try {
      return {
        encoding: 'utf8',
        text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
      };
    } catch {
      // Not UTF-8.
    }
  }
  return { encoding: 'base64', text: toBase64(bytes) };
}

export function bytesOf(content: FileContent): Uint8Array<ArrayBuffer> {
  return content.encoding === 'utf8' ? new TextEncoder().encode(content.text) : fromBase64(content.text);
}

/** Rows of a hex dump: offset, sixteen bytes, what they are as text. */
export function hexRows(bytes: Uint8Array, limit: number): string[] {
  const rows: string[] = [];
  for (let at = 0; at < bytes.length && rows.length < limit; at += 16) {
    const part = bytes.subarray(at, at + 16);
    const hex = Array.from(part, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = Array.from(part, (byte) =>
      byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.',
    ).join('');
    rows.push(`${at.toString(16).padStart(8, '0')}  ${hex.padEnd(47)}  ${text}`);
  }
  return rows;
}

/**
 * Text that came from bytes and must go back to the same bytes: paths, arguments, environment.
 *
 * Linux names are bytes; JavaScript strings are UTF-16. Valid UTF-8 becomes ordinary text; each byte
 * (0x80–0xFF) that is not part of valid UTF-8 becomes one lone surrogate U+DC80–U+DCFF, as in
 * Python's `surrogateescape`. So `encodeText(decodeText(bytes))` gives `bytes` for any bytes.
 *
 * The other direction is not unique: the escapes of C3 A9 and the letter é are the same bytes.
 * A name that is compared or looked up must therefore be canonical: either it came from
 * `decodeText`, or it went through `canonicalText`. A name must NEVER be checked in one spelling
 * and used in another.
 */

// TextDecoder and TextEncoder exist in Node, in browsers and in workers, but this package is
// compiled with the types of none of them.
declare const TextDecoder: new (
  label: string,
  options: { fatal: boolean; ignoreBOM: boolean },
) => { decode(bytes: Uint8Array): string };
declare const TextEncoder: new () => { encode(text: string): Uint8Array<ArrayBuffer> };

// ignoreBOM: a leading EF BB BF is part of the text and must come back.
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const utf8 = new TextEncoder();

/** Up to this many bytes a plain loop beats the calls into TextDecoder and TextEncoder; longer input loses nothing but that call. */
const SHORT = 48;

/** Escaped bytes collected before they are joined; bounds the argument list of `String.fromCharCode`. */
const CHUNK = 4096;

const LONE_SURROGATE = /[\ud800-\udfff]/u;

/** Bytes to text, undecodable bytes as U+DC80–U+DCFF. Never fails. */
export function decodeText(bytes: Uint8Array): string {
  const length = bytes.length;
  if (length <= SHORT) {
    let text = '';
    let at = 0;
    for (; at < length; at++) {
      const byte = bytes[at]!;
      if (byte >= 0x80) break;
      text += String.fromCharCode(byte);
    }
    if (at === length) return text;
  }
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return decodeEscaping(bytes);
  }
}

/** Null where the text is not plain ASCII. */
function encodeShort(text: string): Uint8Array<ArrayBuffer> | null {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 0x80) return null;
    bytes[at] = code;
  }
  return bytes;
}

/**
 * Text to bytes, U+DC80–U+DCFF as the byte they stand for.
 *
 * A lone surrogate outside that range stands for no byte (`decodeText` never makes one) and becomes
 * U+FFFD, as in TextEncoder. The result is a fresh array that the caller may keep.
 */
export function encodeText(text: string): Uint8Array<ArrayBuffer> {
  const short = text.length <= SHORT ? encodeShort(text) : null;
  if (short !== null) return short;
  if (!LONE_SURROGATE.test(text)) return utf8.encode(text);
  const bytes = new Uint8Array(byteLength(text));
  let to = 0;
  for (let at = 0; at < text.length; at++) {
    let code = text.charCodeAt(at);
    if (isHigh(code) && isLow(text.charCodeAt(at + 1))) {
      code = text.codePointAt(at)!;
      at += 1;
      bytes[to++] = 0xf0 | (code >> 18);
      bytes[to++] = 0x80 | ((code >> 12) & 0x3f);
      bytes[to++] = 0x80 | ((code >> 6) & 0x3f);
      bytes[to++] = 0x80 | (code & 0x3f);
    } else if (code < 0x80 || isEscape(code)) {
      bytes[to++] = code & 0xff;
    } else if (code < 0x800) {
      bytes[to++] = 0xc0 | (code >> 6);
      bytes[to++] = 0x80 | (code & 0x3f);
    } else {
      if (isHigh(code) || isLow(code)) code = 0xfffd;
      bytes[to++] = 0xe0 | (code >> 12);
      bytes[to++] = 0x80 | ((code >> 6) & 0x3f);
      bytes[to++] = 0x80 | (code & 0x3f);
    }
  }
  return bytes;
}

/** The one spelling of this text that `decodeText` gives for its bytes. Free for well-formed text. */
export function canonicalText(text: string): string {
  return LONE_SURROGATE.test(text) ? decodeText(encodeText(text)) : text;
}

/** Number of bytes that `encodeText` would give, without making them. */
export function byteLength(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x80) continue;
    if (code < 0x800) bytes += 1;
    else if (isHigh(code) && isLow(text.charCodeAt(at + 1))) {
      bytes += 2;
      at += 1;
    } else if (!isEscape(code)) bytes += 2;
  }
  return bytes;
}

/** Whether the text stands for bytes that are not UTF-8, so that a screen has to show it specially. */
export function hasEscapedBytes(text: string): boolean {
  return LONE_SURROGATE.test(text);
}

function isHigh(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

function isLow(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}

function isEscape(code: number): boolean {
  return code >= 0xdc80 && code <= 0xdcff;
}

function decodeEscaping(bytes: Uint8Array): string {
  const parts: string[] = [];
  let units: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = sequenceLength(bytes, at);
    if (size === 0) units.push(0xdc00 | bytes[at]!);
    else if (size === 1) units.push(bytes[at]!);
    else if (size === 2) units.push(((bytes[at]! & 0x1f) << 6) | (bytes[at + 1]! & 0x3f));
    else if (size === 3) {
      units.push(((bytes[at]! & 0x0f) << 12) | ((bytes[at + 1]! & 0x3f) << 6) | (bytes[at + 2]! & 0x3f));
    } else {
      const point =
        ((bytes[at]! & 0x07) << 18) |
        ((bytes[at + 1]! & 0x3f) << 12) |
        ((bytes[at + 2]! & 0x3f) << 6) |
        (bytes[at + 3]! & 0x3f);
      units.push(0xd800 | ((point - 0x10000) >> 10), 0xdc00 | ((point - 0x10000) & 0x3ff));
    }
    at += size === 0 ? 1 : size;
    if (units.length >= CHUNK) {
      parts.push(String.fromCharCode(...units));
      units = [];
    }
  }
  parts.push(String.fromCharCode(...units));
  return parts.join('');
}

/** Length of the well-formed UTF-8 sequence at an offset, or 0: no overlong forms, no surrogates, at most U+10FFFF. */
function sequenceLength(bytes: Uint8Array, at: number): 0 | 1 | 2 | 3 | 4 {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const second = bytes[at + 1] ?? 0;
  if (first < 0xe0) return isContinuation(second) ? 2 : 0;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high || !isContinuation(bytes[at + 2] ?? 0)) return 0;
  if (first < 0xf0) return 3;
  return isContinuation(bytes[at + 3] ?? 0) ? 4 : 0;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

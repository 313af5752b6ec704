/**
 * What an encoder is, and the encoders that others are made of.
 *
 * A value that a policy made up may be nonsense: then the encoder says so and the call fails. An encoder NEVER sends more than the guest's
 * buffer takes.
 */
import type { PlainValue } from '@sandtable/shared/policy/model';
import { encodeText } from '@sandtable/shared/text';
import type { DirectoryLine, Stat } from '../vfs/abi.ts';
import type { Asked } from './asked.ts';
import type { ReplyBuilder } from './replyBuilder.ts';
import { isPlainObject, type PlainObject } from './structs.ts';

/** The exact form of a handler's outcome. */
export type Native =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly from: string | null }
  | { readonly kind: 'stat'; readonly stat: Stat }
  | { readonly kind: 'lines'; readonly lines: readonly DirectoryLine[] };

export type AnswerError = 'nonsense' | 'too-small' | 'too-large';

/** Encodes a success. Where it cannot, the reply begun is to be thrown away. */
export type Encoder = (
  reply: ReplyBuilder,
  id: number,
  value: PlainValue,
  native: Native | null,
  asked: Asked,
) => AnswerError | null;

const NUL = Uint8Array.of(0);

export const done: Encoder = (reply, id) => {
  reply.start(id, 0, 0);
  return null;
};

export const number: Encoder = (reply, id, value) => {
  if (value === true || value === false || value === null) reply.start(id, value === true ? 1 : 0, 0);
  else if (typeof value === 'number' && Number.isSafeInteger(value)) reply.start(id, value, 0);
  else return 'nonsense';
  return null;
};

function bytesOf(value: PlainValue, native: Native | null): Uint8Array | null {
  if (native?.kind === 'bytes') return native.bytes;
  return typeof value === 'string' ? encodeText(value) : null;
}

/** Bytes into the guest's buffer; the result is how many. */
export const bytes: Encoder = (reply, id, value, native, asked) => {
  const all = bytesOf(value, native);
  if (all === null) return 'nonsense';
  const sent = all.length > asked.room ? all.subarray(0, asked.room) : all;
  reply.start(id, sent.length, 0);
  reply.outBytes(sent);
  return null;
};

/** A text with its NUL; it must fit. */
export const cString: Encoder = (reply, id, value, native, asked) => {
  const all = bytesOf(value, native);
  if (all === null) return 'nonsense';
  if (all.length + 1 > asked.room) return 'too-small';
  reply.start(id, 0, 0);
  reply.outBytes(Buffer.concat([all, NUL]));
  return null;
};

/** A struct made from an object; `ret` is 0 unless the function has something to say. */
export function struct(
  size: number,
  write: (view: DataView, at: number, value: PlainObject) => void,
  ret?: (value: PlainObject) => number,
): Encoder {
  return (reply, id, value) => {
    if (!isPlainObject(value)) return 'nonsense';
    reply.start(id, ret === undefined ? 0 : ret(value), 0);
    reply.outStruct(size, (view, at) => {
      write(view, at, value);
    });
    return null;
  };
}

/** A time; `write` makes the struct of it. */
export function seconds(
  size: number,
  write: (view: DataView, at: number, seconds: number) => void,
  ret: (seconds: number) => number = () => 0,
): Encoder {
  return (reply, id, value) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) return 'nonsense';
    reply.start(id, ret(value), 0);
    reply.outStruct(size, (view, at) => {
      write(view, at, value);
    });
    return null;
  };
}

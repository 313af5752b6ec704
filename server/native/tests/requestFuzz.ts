/**
 * Mutated request streams against the controller's reader: what cuts the stream, decodes arguments, makes a call of them and finds out
 * where it acts. Seeds are the files of `corpus/requests`; mutations are fast-check's, so that a failure shrinks and can be repeated.
 *
 * What must hold: nothing throws; the same bytes give the same frames wherever they are cut; a reader that has failed stays failed; and what
 * was accepted is what the host would have sent: encoded again it is the same bytes.
 */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { WIRE_SYMBOLS } from '@sandtable/shared/calls';
import { guestPath } from '../../src/sandbox/paths.ts';
import { RequestResolver } from '../../src/sandbox/requests.ts';
import { Vfs } from '../../src/sandbox/vfs/index.ts';
import { FrameReader, HELLO_FID } from '../../src/sandbox/wire/frameReader.ts';
import { NORMALISERS } from '../../src/sandbox/wire/normalise.ts';
import { decodeArgs, encodeArgs } from '../../src/sandbox/wire/wireArgs.ts';

const CORPUS = new URL('./corpus/requests/', import.meta.url);

/** The streams of the corpus, in order of their names. */
export function requestCorpus(): readonly Uint8Array[] {
  return readdirSync(CORPUS)
    .sort()
    .map((name) => bytesOf(readFileSync(new URL(name, CORPUS), 'utf8')));
}

/** `(symbol)` stands for the two bytes of its number in the table, which changes when the table does. */
function bytesOf(text: string): Uint8Array {
  const hex = text
    .replaceAll(/#.*$/gm, '')
    .replaceAll(/\((\S+)\)/g, (_, symbol: string) => {
      const fid = WIRE_SYMBOLS.findIndex((row) => row.symbol === symbol);
      if (fid < 0) throw new Error(`a file of the corpus names ${symbol}, which the table does not have`);
      return Buffer.of(fid & 0xff, fid >> 8).toString('hex');
    })
    .replaceAll(/\s/g, '');
  return Buffer.from(hex, 'hex');
}

/** As a file of the corpus has it. */
export function textOf(stream: Uint8Array): string {
  return Buffer.from(stream).toString('hex').replaceAll(/.{64}/g, '$&\n').replaceAll(/(..)(?=.)/g, '$1 ');
}

/** Numbers that mean something in a length, an id or an argument. */
const TELLING = [0, 1, 3, 7, 8, 9, 0x7f, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, 1_114_112, 1_114_113];

const place = fc.nat({ max: 0xffff });

/** One change of a stream. Places count modulo its length. */
type Change = (stream: Uint8Array) => Uint8Array;

function changeOf(corpus: readonly Uint8Array[]): fc.Arbitrary<Change> {
  const at = (stream: Uint8Array, where: number): number => where % (stream.length + 1);
  const spliced = (stream: Uint8Array, from: number, count: number, piece: Uint8Array): Uint8Array =>
    Buffer.concat([stream.subarray(0, from), piece, stream.subarray(from + count)]);
  const word = (value: number): Uint8Array => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return bytes;
  };
  const mutation = (change: (stream: Uint8Array, where: number) => Uint8Array, where: number): Change => {
    return (stream) => change(stream, at(stream, where));
  };
  return fc.oneof(
    fc.tuple(place, fc.nat(255)).map(([where, byte]) => mutation((s, k) => spliced(s, k, 1, Uint8Array.of(byte)), where)),
    fc
      .tuple(place, fc.constantFrom(...TELLING))
      .map(([where, value]) => mutation((s, k) => spliced(s, k & ~3, 4, word(value)), where)),
    fc
      .tuple(place, fc.uint8Array({ maxLength: 24 }))
      .map(([where, piece]) => mutation((s, k) => spliced(s, k, 0, piece), where)),
    fc.tuple(place, fc.integer({ min: 1, max: 32 })).map(([where, count]) => mutation((s, k) => spliced(s, k, count, EMPTY), where)),
    fc
      .tuple(place, fc.constantFrom(...corpus))
      .map(([where, other]) => mutation((s, k) => spliced(s, k, 0, other), where)),
  );
}

const EMPTY = new Uint8Array();

export interface FuzzedStream {
  readonly stream: Uint8Array;
  /** Where it is cut into pieces, modulo its length. */
  readonly cuts: readonly number[];
}

/** Streams of the corpus, as they are and changed up to eight times. */
export function fuzzedStream(corpus: readonly Uint8Array[]): fc.Arbitrary<FuzzedStream> {
  return fc.record({
    stream: fc
      .tuple(fc.constantFrom(...corpus), fc.array(changeOf(corpus), { maxLength: 8 }))
      .map(([seed, changes]) => changes.reduce((stream, change) => change(stream), seed)),
    cuts: fc.array(place, { maxLength: 6 }),
  });
}

/** Throws where one of the things that must hold does not. @returns frames that were accepted. */
export function takeStream({ stream, cuts }: FuzzedStream): number {
  const world = new World();
  const whole = read(stream, [], (reader) => world.accept(reader));
  const pieces = read(stream, cuts, () => undefined);
  if (JSON.stringify(whole.frames) !== JSON.stringify(pieces.frames) || whole.error !== pieces.error)
    throw new Error('the same bytes, cut elsewhere, gave other frames');
  return world.accepted;
}

interface Read {
  readonly frames: readonly (readonly [number, number, number, string])[];
  readonly error: string | null;
}

function read(stream: Uint8Array, cuts: readonly number[], take: (reader: FrameReader) => void): Read {
  const reader = new FrameReader();
  const frames: [number, number, number, string][] = [];
  const ends = [...new Set([...cuts.map((cut) => cut % (stream.length + 1)), stream.length])].sort((a, b) => a - b);
  let from = 0;
  for (const to of ends) {
    reader.feed(stream.slice(from, to));
    while (reader.next()) {
      const args = reader.bytes.subarray(reader.at, reader.end);
      frames.push([reader.id, reader.fid, reader.thread, Buffer.from(args).toString('hex')]);
      take(reader);
    }
    if (reader.error !== null) {
      if (reader.next()) throw new Error('a reader that had failed went on');
      break;
    }
    if (reader.pending) reader.keep();
    from = to;
  }
  return { frames, error: reader.error };
}

/** What a controller does with a frame before anybody judges it. */
class World {
  accepted = 0;
  readonly #resolver: RequestResolver;

  constructor() {
    const vfs = new Vfs({ mounts: [{ at: guestPath('/tmp'), kind: 'memory', writeMode: 'read-write', entries: {} }] });
    const guest = vfs.guest({ uid: 1000, gid: 1000, cwd: guestPath('/tmp') });
    if (!guest.ok) throw new Error('the world cannot be made');
    this.#resolver = new RequestResolver(guest.value);
  }

  accept(reader: FrameReader): void {
    const row = WIRE_SYMBOLS[reader.fid];
    const normalise = NORMALISERS[reader.fid];
    if (reader.fid === HELLO_FID || row === undefined || normalise === undefined) return;
    const args = decodeArgs(row.ops, reader.bytes, reader.at, reader.end);
    if (args === null) return;
    const numbers = args.filter((arg) => typeof arg === 'number');
    const bytes = Buffer.from(reader.bytes.subarray(reader.at, reader.end));
    // Beyond 2^53 a number is rounded, and is not the same again.
    if (numbers.every(Number.isSafeInteger) && !bytes.equals(encodeArgs(row.ops, args)))
      throw new Error(`${row.symbol}: what was accepted is not what the host would send`);
    const asked = normalise(args);
    if (asked === null) return;
    // Some arguments are only made when somebody looks.
    JSON.stringify(asked.args);
    const request = this.#resolver.resolve(asked.call, asked.args);
    if (typeof request.call !== 'string') throw new Error('a request without a call');
    this.accepted += 1;
  }
}

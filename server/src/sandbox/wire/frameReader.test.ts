import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameReader, MAX_FRAME } from './frameReader.ts';

interface Frame {
  readonly id: number;
  readonly fid: number;
  readonly thread: number;
  readonly args: readonly number[];
}

const frame = fc.record({
  id: fc.nat(0xffffffff),
  fid: fc.nat(0xffff),
  thread: fc.nat(0xffff),
  args: fc.array(fc.nat(255), { maxLength: 40 }),
});

function bytesOf({ id, fid, thread, args }: Frame): Buffer {
  const bytes = Buffer.alloc(12 + args.length);
  bytes.writeUInt32LE(8 + args.length, 0);
  bytes.writeUInt32LE(id, 4);
  bytes.writeUInt16LE(fid, 8);
  bytes.writeUInt16LE(thread, 10);
  bytes.set(args, 12);
  return bytes;
}

/** Reads a stream that comes in these pieces, through one buffer that is overwritten between them. */
function readPieces(stream: Buffer, cuts: readonly number[]): { frames: Frame[]; reader: FrameReader } {
  const reader = new FrameReader();
  const frames: Frame[] = [];
  const shared = Buffer.alloc(stream.length);
  const ends = [...new Set([...cuts.map((cut) => cut % (stream.length + 1)), stream.length])].sort(
    (a, b) => a - b,
  );
  let from = 0;
  for (const to of ends) {
    shared.fill(0xee);
    stream.copy(shared, 0, from, to);
    reader.feed(shared.subarray(0, to - from));
    while (reader.next()) {
      frames.push({
        id: reader.id,
        fid: reader.fid,
        thread: reader.thread,
        args: [...reader.bytes.subarray(reader.at, reader.end)],
      });
    }
    if (reader.error !== null) break;
    if (reader.pending) reader.keep();
    from = to;
  }
  return { frames, reader };
}

describe('FrameReader', () => {
  it('finds the same frames wherever the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 12 }),
        fc.array(fc.nat(), { maxLength: 30 }),
        (frames, cuts) => {
          const { frames: read, reader } = readPieces(Buffer.concat(frames.map(bytesOf)), cuts);
          expect(read).toEqual(frames);
          expect(reader.error).toBeNull();
          expect(reader.between).toBe(true);
        },
      ),
    );
  });

  it('takes any bytes without harm, and stays failed once it has', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(fc.nat(), { maxLength: 10 }), (bytes, cuts) => {
        const { reader } = readPieces(Buffer.from(bytes), cuts);
        if (reader.error !== null) expect(reader.next()).toBe(false);
      }),
    );
  });

  it('goes on after a pause in the middle of a piece', () => {
    const reader = new FrameReader();
    const one = { id: 1, fid: 2, thread: 1, args: [7] };
    const piece = Buffer.concat([
      bytesOf(one),
      bytesOf({ ...one, id: 2 }),
      bytesOf({ ...one, id: 3 }).subarray(0, 6),
    ]);
    reader.feed(piece);
    expect(reader.next()).toBe(true);
    reader.keep();
    piece.fill(0);
    expect(reader.next()).toBe(true);
    expect([reader.id, reader.bytes[reader.at]]).toEqual([2, 7]);
    expect(reader.next()).toBe(false);
    reader.feed(bytesOf({ ...one, id: 3 }).subarray(6));
    expect(reader.next()).toBe(true);
    expect(reader.id).toBe(3);
  });

  it.each([
    [MAX_FRAME + 1, 'frame-too-long'],
    [0xffffffff, 'frame-too-long'],
    [7, 'frame-too-short'],
    [0, 'frame-too-short'],
  ])('refuses a length of %i before it allocates anything', (length, error) => {
    const reader = new FrameReader();
    const head = Buffer.alloc(4);
    head.writeUInt32LE(length);
    reader.feed(head);
    expect(reader.next()).toBe(false);
    expect(reader.error).toBe(error);
  });
});

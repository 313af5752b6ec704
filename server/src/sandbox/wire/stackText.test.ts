import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_FRAMES } from '@sandtable/shared/events';
import { encodeText } from '@sandtable/shared/text';
import { readStack } from './stackText.ts';

/** As the host sends it: id, then line, function and file of each frame, each ended by NUL. */
function sent(id: number, ...parts: readonly string[]): Uint8Array {
  const text = encodeText(parts.map((part) => `${part}\0`).join(''));
  const bytes = new Uint8Array(4 + text.length);
  new DataView(bytes.buffer).setUint32(0, id, true);
  bytes.set(text, 4);
  return bytes;
}

const read = (bytes: Uint8Array) => readStack(bytes, 0, bytes.length);

describe('the stack of a call', () => {
  test('is read innermost first', () => {
    expect(read(sent(7, '3', 'keep', '/tmp/script.py', '12', '<module>', '/tmp/script.py'))).toEqual({
      id: 7,
      frames: [
        { file: '/tmp/script.py', line: 3, function: 'keep' },
        { file: '/tmp/script.py', line: 12, function: '<module>' },
      ],
    });
  });

  test('lies anywhere in a buffer, which is not looked at beyond it', () => {
    const stack = sent(0xfffffffe, '3', 'f', '/tmp/a.py');
    const around = new Uint8Array(stack.length + 20).fill(0x39);
    around.set(stack, 10);
    expect(readStack(around, 10, 10 + stack.length)).toEqual({
      id: 0xfffffffe,
      frames: [{ file: '/tmp/a.py', line: 3, function: 'f' }],
    });
  });

  test('without an id there is nothing; without frames there is an empty one', () => {
    expect(read(new Uint8Array(3))).toBeNull();
    expect(read(sent(9))).toEqual({ id: 9, frames: [] });
  });

  test.each(['', '-1', '1e3', ' 3', '123456789', '3\n', 'x'])('a line %j ends the list', (line) => {
    expect(read(sent(1, '3', 'f', '/tmp/a.py', line, 'g', '/tmp/b.py'))?.frames).toHaveLength(1);
  });

  test('half a frame is none', () => {
    expect(read(sent(1, '3', 'f', '/tmp/a.py', '4', 'g'))?.frames).toHaveLength(1);
  });

  test('names are cut, and frames counted', () => {
    const one = ['3', 'f'.repeat(5_000), `/${'x'.repeat(5_000)}`];
    const frames = read(sent(1, ...Array.from({ length: 100 }, () => one).flat()))!.frames;
    expect(frames).toHaveLength(MAX_FRAMES);
    expect(frames[0]!.function).toHaveLength(120);
    expect(frames[0]!.file).toHaveLength(300);
  });

  test('whatever a guest writes there, it is frames or nothing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const stack = read(bytes);
        if (bytes.length < 4) expect(stack).toBeNull();
        for (const frame of stack?.frames ?? []) {
          expect(Number.isInteger(frame.line) && frame.line >= 0).toBe(true);
          expect(frame.function.length).toBeLessThanOrEqual(120);
          expect(frame.file.length).toBeLessThanOrEqual(300);
        }
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FileContent, type ContentImage } from './content.ts';

function bytesOf(content: FileContent | ContentImage): Buffer {
  const bytes = content instanceof FileContent ? content.read(0, content.size) : content.bytes();
  if (typeof bytes === 'string') throw new Error(bytes);
  return Buffer.from(bytes);
}

type Action =
  | { readonly kind: 'write'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'resize'; readonly size: number }
  | { readonly kind: 'image' };

/** Offsets crowd around the borders of chunks, where mistakes live. */
const position = fc.oneof(
  fc.integer({ min: 0, max: 600 }),
  fc.constantFrom(65_535, 65_536, 65_537, 131_071, 131_072, 200_000),
);
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({
    kind: fc.constant('write' as const),
    at: position,
    bytes: fc.oneof(fc.uint8Array({ maxLength: 50 }), fc.constant(new Uint8Array(70_000).fill(7))),
  }),
  fc.record({ kind: fc.constant('resize' as const), size: position }),
  fc.constant({ kind: 'image' as const }),
);

describe('file content', () => {
  it('behaves like one array, and its images never change', () => {
    const start = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.constant(new Uint8Array(140_000).fill(9)));
    fc.assert(
      fc.property(start, fc.array(action, { maxLength: 25 }), (initial, actions) => {
        const original = Buffer.from(initial);
        const content = FileContent.of(initial);
        let model = Buffer.from(initial);
        const images: [ContentImage, Buffer][] = [];
        for (const step of actions) {
          if (step.kind === 'write') {
            content.write(step.at, step.bytes);
            if (step.bytes.length > 0) {
              const grown = Buffer.alloc(Math.max(model.length, step.at + step.bytes.length));
              model.copy(grown);
              grown.set(step.bytes, step.at);
              model = grown;
            }
          } else if (step.kind === 'resize') {
            content.resize(step.size);
            const resized = Buffer.alloc(step.size);
            model.copy(resized);
            model = resized;
          } else {
            images.push([content.image(), Buffer.from(model)]);
          }
          expect(content.size).toBe(model.length);
        }
        expect(bytesOf(content).equals(model)).toBe(true);
        for (const [image, then] of images) expect(bytesOf(image).equals(then)).toBe(true);
        expect(Buffer.from(initial).equals(original)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it('hands out bytes that later writes do not change', () => {
    const content = new FileContent();
    content.write(0, Buffer.from('before'));
    const seen = content.read(0, 6);
    content.write(0, Buffer.from('after!'));
    expect(Buffer.from(seen as Uint8Array).toString()).toBe('before');
  });

  it('takes no memory for holes', () => {
    const before = process.memoryUsage().arrayBuffers;
    const content = new FileContent();
    content.resize(1024 ** 3);
    content.write(2 * 1024 ** 3, Buffer.from('x'));
    expect(content.size).toBe(2 * 1024 ** 3 + 1);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
    expect([...(content.read(1024 ** 3 - 2, 4) as Uint8Array)]).toEqual([0, 0, 0, 0]);
  });

  it('tells why a source cannot be read, and can still be emptied', () => {
    const content = FileContent.from({ size: 10, load: () => 'ESTALE' });
    expect(content.read(0, 5)).toBe('ESTALE');
    expect(content.write(0, Buffer.from('x'))).toBe('ESTALE');
    expect(content.resize(5)).toBe('ESTALE');
    expect(content.size).toBe(10);
    expect(content.resize(0)).toBeUndefined();
    expect(content.write(0, Buffer.from('new'))).toBeUndefined();
    expect(bytesOf(content).toString()).toBe('new');
  });
});

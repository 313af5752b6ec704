import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  barHeight,
  barOf,
  clampTop,
  contentHeight,
  MAX_HEIGHT,
  rowsInView,
  topOf,
  topToShow,
  type Extent,
} from './scaledScroll.ts';

const extents = fc.record({
  rows: fc.oneof(fc.nat(500), fc.nat(20_000_000)),
  rowHeight: fc.constantFrom(26, 38),
  view: fc.integer({ min: 1, max: 2_000 }),
});
const scrollable = extents.filter((extent) => contentHeight(extent) > extent.view);
const share = fc.double({ min: 0, max: 1, noNaN: true });
const topAt = (extent: Extent, part: number) => clampTop(part * contentHeight(extent), extent);

test('the bar is never higher than browsers can lay out', () => {
  fc.assert(
    fc.property(extents, (extent) => {
      expect(barHeight(extent)).toBeLessThanOrEqual(MAX_HEIGHT);
    }),
  );
});

test('the bar stands for every position and for both ends exactly', () => {
  fc.assert(
    fc.property(scrollable, share, (extent, part) => {
      const top = topAt(extent, part);
      expect(topOf(barOf(top, extent), extent)).toBeCloseTo(top, 3);
      expect(barOf(0, extent)).toBe(0);
      const end = contentHeight(extent) - extent.view;
      expect(barOf(end, extent)).toBeCloseTo(barHeight(extent) - extent.view, 3);
    }),
  );
});

test('what is drawn covers the view and is bounded', () => {
  fc.assert(
    fc.property(scrollable, share, (extent, part) => {
      const top = topAt(extent, part);
      const { from, to } = rowsInView(top, extent, 8);
      expect(from * extent.rowHeight).toBeLessThanOrEqual(top);
      expect(to * extent.rowHeight).toBeGreaterThanOrEqual(
        Math.min(top + extent.view, contentHeight(extent)),
      );
      expect(to - from).toBeLessThanOrEqual(extent.view / extent.rowHeight + 2 + 2 * 8);
    }),
  );
});

test('any row can be shown in full, moving no further than needed', () => {
  fc.assert(
    fc.property(
      scrollable.filter((extent) => extent.view >= extent.rowHeight),
      share,
      share,
      (extent, part, rowPart) => {
        const row = Math.min(extent.rows - 1, Math.floor(rowPart * extent.rows));
        const before = topAt(extent, part);
        const top = topToShow(row, before, extent);
        const begin = row * extent.rowHeight;
        expect(begin).toBeGreaterThanOrEqual(top - 0.001);
        expect(begin + extent.rowHeight).toBeLessThanOrEqual(top + extent.view + 0.001);
        if (begin >= before && begin + extent.rowHeight <= before + extent.view) expect(top).toBe(before);
      },
    ),
  );
});

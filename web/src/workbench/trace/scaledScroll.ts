/**
 * Scrolling through more rows than a browser can lay out. Browsers clamp the height of an element (Firefox near 17.8 million
 * pixels, Chrome near 33), which a busy trace passes in seconds.
 *
 * Up to {@link MAX_HEIGHT} one pixel of the scroll bar is one pixel of rows. Beyond it the bar covers all rows proportionally;
 * `top`, the true position in pixels of rows, is then what counts, and wheel and keys move it by themselves.
 */

/** Below every browser's limit, with room for zoom, which multiplies it. */
export const MAX_HEIGHT = 4_000_000;

export interface Extent {
  readonly rows: number;
  readonly rowHeight: number;
  /** Pixels that can be seen at once. */
  readonly view: number;
}

export function contentHeight({ rows, rowHeight }: Extent): number {
  return rows * rowHeight;
}

/** Height of the element that makes the scroll bar. */
export function barHeight(extent: Extent): number {
  return Math.min(contentHeight(extent), MAX_HEIGHT);
}

export function isScaled(extent: Extent): boolean {
  return contentHeight(extent) > MAX_HEIGHT;
}

export function clampTop(top: number, extent: Extent): number {
  return Math.max(0, Math.min(top, contentHeight(extent) - extent.view));
}

/** Position of the bar that stands for a true position. */
export function barOf(top: number, extent: Extent): number {
  if (!isScaled(extent)) return top;
  return (top / (contentHeight(extent) - extent.view)) * (barHeight(extent) - extent.view);
}

/** The true position that a position of the bar stands for. */
export function topOf(bar: number, extent: Extent): number {
  if (!isScaled(extent)) return bar;
  return (bar / (barHeight(extent) - extent.view)) * (contentHeight(extent) - extent.view);
}

/** Rows to draw: [from, to), with some before and behind so that scrolling shows no gap. */
export function rowsInView(
  top: number,
  extent: Extent,
  margin: number,
): { readonly from: number; readonly to: number } {
  const from = Math.max(0, Math.floor(top / extent.rowHeight) - margin);
  const to = Math.min(extent.rows, Math.ceil((top + extent.view) / extent.rowHeight) + margin);
  return { from: Math.min(from, to), to };
}

/** The nearest position at which a row can be seen in full. */
export function topToShow(row: number, top: number, extent: Extent): number {
  const begin = row * extent.rowHeight;
  if (begin < top) return begin;
  const end = begin + extent.rowHeight;
  return end > top + extent.view ? clampTop(end - extent.view, extent) : top;
}

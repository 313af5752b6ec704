/** A list that scrolls through any number of rows and draws only those in view; see scaledScroll.ts. */
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { shownTheme } from '../../app/theme.ts';
import { tokenPixels } from '../../ui/tokenColours.ts';
import {
  barHeight,
  barOf,
  clampTop,
  contentHeight,
  isScaled,
  rowsInView,
  topOf,
  topToShow,
  type Extent,
} from './scaledScroll.ts';

/** Rows drawn beyond the view: what a flick of the wheel passes in one frame. */
const MARGIN = 8;

/** The same where this code moves the rows itself: they are drawn before they are seen. */
const SCALED_MARGIN = 1;

/** Places of rows are counted from a multiple of this: pixels stay few enough for a browser to be exact. */
const BASE_ROWS = 1_000;

/** Closer to the end than this many rows counts as at the end: one follows. */
const AT_END_ROWS = 1;

/** The list rests when it has not moved for so long: longer than the pause between two turns of a wheel. */
const REST_MS = 200;

interface ScaledListOptions {
  readonly rows: number;
  readonly follow: boolean;
  /** The person scrolled: away from the end, or to it. */
  readonly onFollow: (follow: boolean) => void;
}

export function useScaledList({ rows, follow, onFollow }: ScaledListOptions) {
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState(0);
  const [top, setTop] = useState(0);
  const [moving, setMoving] = useState(false);
  /** Where this code put the bar, to tell its own scroll events from the person's. */
  const placed = useRef(0);
  useEffect(() => {
    if (!moving) return;
    const timer = setTimeout(() => setMoving(false), REST_MS);
    return () => clearTimeout(timer);
  }, [moving, top]);
  useStore(shownTheme, (shown) => shown.projector);
  const rowHeight = tokenPixels('--row');
  const extent: Extent = { rows, rowHeight, view };
  const latest = useRef({ extent, top, follow, onFollow });
  useLayoutEffect(() => {
    latest.current = { extent, top, follow, onFollow };
  });

  const moveTo = useCallback((wanted: number) => {
    const { extent: now } = latest.current;
    const next = clampTop(wanted, now);
    setTop(next);
    latest.current.top = next;
    const element = scroller.current;
    if (element === null) return;
    placed.current = barOf(next, now);
    element.scrollTop = placed.current;
    // Browsers round to device pixels.
    placed.current = element.scrollTop;
  }, []);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    // The head of the list takes one row.
    const measure = (): void => setView(Math.max(0, element.clientHeight - rowHeight));
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, [rowHeight]);

  // Rows were added, or the panel has another size: stay at the end, or where one was.
  useLayoutEffect(() => {
    if (follow) moveTo(contentHeight({ rows, rowHeight, view }));
    else moveTo(latest.current.top);
  }, [follow, moveTo, rows, rowHeight, view]);

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const noteEnd = (next: number): void => {
      const { extent: now, follow: following, onFollow: tell } = latest.current;
      const atEnd = contentHeight(now) - now.view - next <= AT_END_ROWS * now.rowHeight;
      if (following !== atEnd) tell(atEnd);
    };
    const onScroll = (): void => {
      if (Math.abs(element.scrollTop - placed.current) < 2) return;
      placed.current = element.scrollTop;
      const next = clampTop(topOf(element.scrollTop, latest.current.extent), latest.current.extent);
      setTop(next);
      setMoving(true);
      latest.current.top = next;
      noteEnd(next);
    };
    const onWheel = (event: WheelEvent): void => {
      const { extent: now } = latest.current;
      if (!isScaled(now) || event.ctrlKey || event.deltaY === 0) return;
      event.preventDefault();
      const unit =
        event.deltaMode === WheelEvent.DOM_DELTA_LINE
          ? now.rowHeight
          : event.deltaMode === WheelEvent.DOM_DELTA_PAGE
            ? now.view
            : 1;
      moveTo(latest.current.top + event.deltaY * unit);
      setMoving(true);
      noteEnd(latest.current.top);
    };
    element.addEventListener('scroll', onScroll, { passive: true });
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => {
      element.removeEventListener('scroll', onScroll);
      element.removeEventListener('wheel', onWheel);
    };
  }, [moveTo]);

  const showRow = useCallback(
    (row: number) => moveTo(topToShow(row, latest.current.top, latest.current.extent)),
    [moveTo],
  );
  const margin = isScaled(extent) ? SCALED_MARGIN : MARGIN;
  const inView = rowsInView(top, extent, margin);
  const base = inView.from - (inView.from % BASE_ROWS);
  return {
    scroller,
    ...inView,
    /** Never fewer than the rows in view, and the same while one scrolls: a row that comes can have the place of one that left. */
    slots: Math.ceil(view / rowHeight) + 2 * margin + 1,
    /** Height of what makes the scroll bar. */
    bar: barHeight(extent),
    /** Where to draw what holds the rows, from the top of the scroller's content … */
    shift: barOf(top, extent) + base * rowHeight - top,
    /** … and each row in it: the same place for as long as it is in view, but for once in {@link BASE_ROWS} rows. */
    placeOf: (row: number) => (row - base) * rowHeight,
    /** Somebody scrolls. */
    moving,
    rowsPerPage: Math.max(1, Math.floor(view / rowHeight) - 1),
    showRow,
  };
}

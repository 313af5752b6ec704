/**
 * Links in the terminal to the places that a program names. A line that is longer than the terminal is wide stands in several rows of
 * its buffer; it is read as one, and a link may go over the edge.
 */
import type { IBuffer, ILink } from '@xterm/xterm';
import { fileLinksIn } from './fileLinks.ts';

/** Rows that one line is read over: more than a place is long, and little to do for each row that the pointer passes. */
const ROWS_READ = 32;

export interface LinkEvents {
  /** What the editor opens for a path that was named, or null where it can open nothing. */
  readonly editorPath: (path: string) => string | null;
  readonly onLink: (path: string, line: number, column: number) => void;
}

interface PlaceLink {
  readonly text: string;
  readonly range: ILink['range'];
  readonly activate: () => void;
}

interface LogicalLine {
  readonly text: string;
  /** Where each character of the text stands: column and row, from 1. A wide one takes two columns. */
  readonly cells: readonly { readonly x: number; readonly y: number; readonly wide: boolean }[];
  readonly firstRow: number;
}

/** Links of the line that row `y` (from 1) belongs to. */
export function linksAt(buffer: IBuffer, y: number, { editorPath, onLink }: LinkEvents): PlaceLink[] {
  const { text, cells } = logicalLine(buffer, y);
  return fileLinksIn(text).flatMap(({ from, to, path, line, column }) => {
    const opens = editorPath(path);
    const start = cells[from];
    const end = cells[to - 1];
    if (opens === null || start === undefined || end === undefined) return [];
    return [
      {
        text: text.slice(from, to),
        range: { start: { x: start.x, y: start.y }, end: { x: end.x + (end.wide ? 1 : 0), y: end.y } },
        activate: () => onLink(opens, line, column ?? 1),
      },
    ];
  });
}

/** The link that stands lowest, and in its row last; null where there is none. */
export function lastLink(buffer: IBuffer, events: LinkEvents): PlaceLink | null {
  for (let y = buffer.length; y >= 1; y = logicalLine(buffer, y).firstRow - 1) {
    const link = linksAt(buffer, y, events).at(-1);
    if (link !== undefined) return link;
  }
  return null;
}

function logicalLine(buffer: IBuffer, y: number): LogicalLine {
  let first = y;
  while (first > 1 && y - first < ROWS_READ && buffer.getLine(first - 1)?.isWrapped === true) first -= 1;
  let text = '';
  const cells: { x: number; y: number; wide: boolean }[] = [];
  for (let row = first; row - y < ROWS_READ; row++) {
    const line = buffer.getLine(row - 1);
    if (line === undefined || (row > first && !line.isWrapped)) break;
    for (let x = 0; x < line.length; x++) {
      const cell = line.getCell(x);
      // The second half of a wide character.
      if (cell === undefined || cell.getWidth() === 0) continue;
      const chars = cell.getChars() === '' ? ' ' : cell.getChars();
      for (let at = 0; at < chars.length; at++) cells.push({ x: x + 1, y: row, wide: cell.getWidth() === 2 });
      text += chars;
    }
  }
  return { text, cells, firstRow: first };
}

/** Where a key leads in a table of cells. Pure. */

/** Of cells: neither head nor names count. */
export interface CellAt {
  readonly row: number;
  readonly column: number;
}

export interface Pressed {
  readonly key: string;
  /** Ctrl, or Cmd. */
  readonly far: boolean;
}

/** @param size columns, rows, and rows that are seen at once @returns null for a key that moves nothing */
export function movedTo(
  { row, column }: CellAt,
  { key, far }: Pressed,
  size: { readonly rows: number; readonly columns: number; readonly page: number },
): CellAt | null {
  const last = { row: size.rows - 1, column: size.columns - 1 };
  const to = (wantedRow: number, wantedColumn: number): CellAt => ({
    row: Math.max(0, Math.min(last.row, wantedRow)),
    column: Math.max(0, Math.min(last.column, wantedColumn)),
  });
  switch (key) {
    case 'ArrowUp':
      return to(far ? 0 : row - 1, column);
    case 'ArrowDown':
      return to(far ? last.row : row + 1, column);
    case 'ArrowLeft':
      return to(row, far ? 0 : column - 1);
    case 'ArrowRight':
      return to(row, far ? last.column : column + 1);
    case 'Home':
      return to(far ? 0 : row, 0);
    case 'End':
      return to(far ? last.row : row, last.column);
    case 'PageUp':
      return to(row - size.page, column);
    case 'PageDown':
      return to(row + size.page, column);
    default:
      return null;
  }
}

/** What is drawn: what is seen, and the one that has the focus, which would lose it if it went. */
export function drawnWith(seen: readonly number[], one: number, count: number): number[] {
  if (one < 0 || one >= count || seen.includes(one)) return [...seen];
  return [...seen, one].sort((a, b) => a - b);
}

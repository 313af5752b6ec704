/**
 * Tables for spreadsheets: UTF-8 with Excel's mark, commas, every text in quotation marks.
 *
 * NEVER does a text that somebody chose (a name, a title) become a formula of the reader's: what begins like one gets an apostrophe before it,
 * which spreadsheets show as text. Numbers are written as numbers.
 */
export type Cell = string | number | null;

/** How formulas begin, in any of the programs that open CSV; tab and line ends because they are cut off before they look. */
const LIKE_A_FORMULA = /^\s*[=+\-@\t\r\n|%\uFF0B\uFF0D\uFF1D\uFF20]/;

export function csvText(rows: readonly (readonly Cell[])[]): string {
  return `\uFEFF${rows.map((row) => row.map(cellText).join(',')).join('\r\n')}\r\n`;
}

function cellText(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const safe = LIKE_A_FORMULA.test(cell) ? `'${cell}` : cell;
  return `"${safe.replaceAll('"', '""').replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, ' ')}"`;
}

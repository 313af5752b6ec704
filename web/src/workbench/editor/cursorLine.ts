/** In which line of each open file the cursor stands, for commands that speak of it. */
const lines = new Map<string, number>();

export function cursorIsIn(path: string, line: number): void {
  lines.set(path, line);
}

/** Null where the file has not been shown yet. */
export function cursorLine(path: string): number | null {
  return lines.get(path) ?? null;
}

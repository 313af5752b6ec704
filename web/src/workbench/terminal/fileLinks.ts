/** Places in files that a program prints: `script.py:5`, `/tmp/lib/a.py:5:3`, `File "/tmp/script.py", line 5`. */

export interface FileLink {
  /** Characters of the line: [from, to). */
  readonly from: number;
  readonly to: number;
  readonly path: string;
  readonly line: number;
  readonly column?: number;
}

const TRACEBACK = /File "([^"<>]+)", line (\d{1,7})/g;
const PLACE =
  /(?<![\w/.-])(\/?(?:[\w.-]+\/)*[\w-][\w.-]*\.[A-Za-z]\w{0,7}):(\d{1,7})(?::(\d{1,5}))?(?![\w.])/g;

export function fileLinksIn(text: string): readonly FileLink[] {
  const links: FileLink[] = [];
  for (const match of text.matchAll(TRACEBACK)) {
    links.push({
      from: match.index,
      to: match.index + match[0].length,
      path: match[1]!,
      line: Number(match[2]),
    });
  }
  for (const match of text.matchAll(PLACE)) {
    const column = match[3] === undefined ? {} : { column: Number(match[3]) };
    links.push({
      from: match.index,
      to: match.index + match[0].length,
      path: match[1]!,
      line: Number(match[2]),
      ...column,
    });
  }
  return links.sort((a, b) => a.from - b.from);
}

/** The lines of a file at which calls of the run were denied: the numbers behind the marks in the editor. */
import type { Statistics } from '@sandtable/shared/travelMessages';
import { plural } from '../../ui/numbers.ts';

export interface DeniedLine {
  readonly line: number;
  readonly denied: number;
}

/** Of sums by line (`run.statistics`), those of one bench file, in order of lines. */
export function deniedLinesOf({ lines }: Pick<Statistics, 'lines'>, path: string): readonly DeniedLine[] {
  return lines
    .flatMap(({ name, denied }) => {
      const colon = name.lastIndexOf(':');
      const line = Number(name.slice(colon + 1));
      return name.slice(0, colon) === path && Number.isInteger(line) && line > 0 && denied > 0
        ? [{ line, denied }]
        : [];
    })
    .sort((a, b) => a.line - b.line);
}

export function deniedText(denied: number): string {
  return `✕ ${plural(denied, 'call')} denied`;
}

/**
 * TypeScript to JavaScript, types taken out and nothing else: lines stay, and columns can be mapped back.
 *
 * Sucrase takes exponential time for some hostile nestings, so the platform bounds its time. A policy that gets here
 * has usually passed the type checker, but nothing relies on that.
 */
import type { SourcePosition } from '@sandtable/shared/verdicts';
import { transform } from 'sucrase';
import { byteLength } from '@sandtable/shared/text';
import type { PolicyPlatform } from './platform.ts';
import { MAX_SOURCE_BYTES } from './policyLimits.ts';

export type Transpiled =
  | {
      readonly ok: true;
      readonly code: string;
      /** The place in the source of a place in `code`; both count from 1. */
      readonly original: (line: number, column: number) => SourcePosition;
    }
  | { readonly ok: false; readonly line: number; readonly column: number; readonly message: string };

/** Takes the types out of a policy. */
export function transpile(source: string, platform: PolicyPlatform): Transpiled {
  if (byteLength(source) > MAX_SOURCE_BYTES) {
    return {
      ok: false,
      line: 1,
      column: 1,
      message: `A policy may have ${MAX_SOURCE_BYTES / 1024} KiB of source.`,
    };
  }
  try {
    const { code, sourceMap } = platform.bounded(() =>
      transform(source, {
        transforms: ['typescript'],
        disableESTransforms: true,
        filePath: 'policy.ts',
        sourceMapOptions: { compiledFilename: 'policy.js' },
      }),
    );
    const lines = decodeMappings(sourceMap?.mappings ?? '');
    const text = source.split('\n');
    return { ok: true, code, original: (line, column) => originalPlace(lines, text, line, column) };
  } catch (error) {
    return { ok: false, ...failureOf(error) };
  }
}

function failureOf(error: unknown): { line: number; column: number; message: string } {
  const { loc, message, code } = error as {
    loc?: { line: number; column: number };
    message?: string;
    code?: string;
  };
  if (code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' || error instanceof RangeError) {
    return { line: 1, column: 1, message: 'This source is nested too deeply to be read.' };
  }
  if (loc === undefined) return { line: 1, column: 1, message: String(message) };
  return {
    line: loc.line,
    column: loc.column,
    message: String(message)
      .replace(/^Error transforming [^:]*: /, '')
      .replace(/ \(\d+:\d+\)$/, ''),
  };
}

/** For each line of the output: pairs of columns [output, source], from 0, ascending. */
type Mappings = readonly (readonly (readonly [number, number])[])[];

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Decodes the mappings of a source map with one source whose lines are the output's. */
function decodeMappings(mappings: string): Mappings {
  const source = { column: 0 };
  return mappings.split(';').map((line) => {
    let column = 0;
    const pairs: [number, number][] = [];
    for (const segment of line.split(',')) {
      const numbers = decodeNumbers(segment);
      if (numbers.length < 4) continue;
      column += numbers[0]!;
      source.column += numbers[3]!;
      pairs.push([column, source.column]);
    }
    return pairs;
  });
}

function decodeNumbers(segment: string): number[] {
  const numbers: number[] = [];
  let value = 0;
  let shift = 0;
  for (const char of segment) {
    const digit = BASE64.indexOf(char);
    value |= (digit & 31) << shift;
    shift += 5;
    if ((digit & 32) !== 0) continue;
    numbers.push((value & 1) === 1 ? -(value >> 1) : value >> 1);
    value = 0;
    shift = 0;
  }
  return numbers;
}

function originalPlace(
  lines: Mappings,
  text: readonly string[],
  line: number,
  column: number,
): SourcePosition {
  let found: readonly [number, number] = [0, 0];
  for (const pair of lines[line - 1] ?? []) {
    if (pair[0] > column - 1) break;
    found = pair;
  }
  const offset = Math.max(0, column - 1 - found[0]);
  const at = Math.min(found[1] + offset, text[line - 1]?.length ?? 0);
  return { line, column: startOfName(text[line - 1] ?? '', at) + 1 };
}

/** QuickJS names the parenthesis of a call; people look at the name before it. */
function startOfName(line: string, at: number): number {
  if (line[at] !== '(') return at;
  let start = at;
  while (start > 0 && /[\w$.]/.test(line[start - 1]!)) start -= 1;
  return start;
}

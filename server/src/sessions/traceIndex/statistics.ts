/** Sums over the rows of a run, by call, path, verdict, error or line; from the columns, so of a million rows at once. */
import { shortLine } from '@sandtable/shared/callOrigin';
import type { Statistics, StatisticsBy, StatisticsLine } from '@sandtable/shared/travelMessages';
import { VERDICT_KINDS } from '@sandtable/shared/verdicts';
import type { Matches } from './matches.ts';
import { NO_BYTES, type Block } from './rowColumns.ts';
import { pathsOfWord, type RunIndex } from './runIndex.ts';
import { NONE, UNTOLD } from './words.ts';

/** Lines of an answer: the largest ones; a person reads the first dozen. */
const STATISTICS_LINES = 200;

const DENY = VERDICT_KINDS.indexOf('deny');

interface Sum {
  calls: number;
  denied: number;
  failed: number;
  bytes: number;
  us: number;
}

/** `matches` null: all rows from `lowest` on. Looks only at rows that the index has. */
export function statisticsOf(
  index: RunIndex,
  matches: Matches | null,
  lowest: number,
  by: StatisticsBy,
): Omit<Statistics, 'searched'> {
  const sums = new Map<number, Sum>();
  const total = emptySum();
  for (let number = 0; number < index.columns.blocks; number++) {
    const block = index.columns.block(number);
    const keys = keysOf(block, by);
    const bits = matches?.bits(number);
    if (matches !== null && bits === undefined) continue;
    for (let at = Math.max(0, lowest - block.first); at < block.rows; at++) {
      if (bits !== undefined && (bits[at >> 5]! & (1 << (at & 31))) === 0) continue;
      const key = keys[at]!;
      let sum = sums.get(key);
      if (sum === undefined) sums.set(key, (sum = emptySum()));
      const denied = block.verdict[at] === DENY ? 1 : 0;
      const failed = block.failure[at] === NONE ? 0 : 1;
      const bytes = block.bytes[at]! === NO_BYTES ? 0 : block.bytes[at]!;
      const us = block.us[at]!;
      sum.calls += 1;
      sum.denied += denied;
      sum.failed += failed;
      sum.bytes += bytes;
      sum.us += us;
      total.calls += 1;
      total.denied += denied;
      total.failed += failed;
      total.bytes += bytes;
      total.us += us;
    }
  }
  const named = new Map<string, Sum>();
  for (const [key, sum] of sums) {
    const name = nameOf(index, by, key);
    const known = named.get(name);
    if (known === undefined) named.set(name, sum);
    else for (const field of Object.keys(known) as (keyof Sum)[]) known[field] += sum[field];
  }
  const lines: StatisticsLine[] = [...named].map(([name, sum]) => ({ name, ...sum }));
  lines.sort((a, b) => b.calls - a.calls || (a.name < b.name ? -1 : 1));
  return {
    lines: lines.slice(0, STATISTICS_LINES),
    more: Math.max(0, lines.length - STATISTICS_LINES),
    total,
  };
}

function emptySum(): Sum {
  return { calls: 0, denied: 0, failed: 0, bytes: 0, us: 0 };
}

function keysOf(block: Block, by: StatisticsBy): Uint32Array | Uint16Array | Uint8Array {
  return by === 'call'
    ? block.call
    : by === 'path'
      ? block.paths
      : by === 'verdict'
        ? block.verdict
        : by === 'line'
          ? block.line
          : block.failure;
}

/** Empty for rows without; those beyond the words kept are one line, `…`. */
function nameOf(index: RunIndex, by: StatisticsBy, key: number): string {
  if (by === 'verdict') return VERDICT_KINDS[key]!;
  if (key === UNTOLD) return '…';
  if (key === NONE) return '';
  if (by === 'path') return pathsOfWord(index.words.paths.word(key))[0]!;
  if (by === 'line') return shortLine(index.words.line.word(key));
  return (by === 'call' ? index.words.call : index.words.failure).word(key);
}

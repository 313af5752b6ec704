/** What a run did when: calls by lane in equal stretches of time, and its memory; from the columns. */
import { callSpec } from '@sandtable/shared/calls';
import { TIMELINE_LANES, type Timeline, type TimelineLane } from '@sandtable/shared/travelMessages';
import { VERDICT_KINDS } from '@sandtable/shared/verdicts';
import type { RunIndex } from './runIndex.ts';

const DENY = VERDICT_KINDS.indexOf('deny');

/** Calls from microsecond `from` to `to` (excluded) in `buckets` stretches. */
export function timelineOf(index: RunIndex, from: number, to: number, buckets: number): Timeline {
  const lanes = Object.fromEntries(
    TIMELINE_LANES.map((lane) => [lane, new Array<number>(buckets).fill(0)]),
  ) as Record<TimelineLane, number[]>;
  const firstRow = new Array<number | null>(buckets).fill(null);
  const laneOf = Array.from({ length: index.words.call.count }, (_, at) =>
    laneOfCall(index.words.call.word(at)),
  );
  const per = buckets / Math.max(1, to - from);
  for (let number = 0; number < index.columns.blocks; number++) {
    const block = index.columns.block(number);
    if (block.rows === 0 || block.t[block.rows - 1]! < from) continue;
    if (block.t[0]! >= to) break;
    for (let at = 0; at < block.rows; at++) {
      const t = block.t[at]!;
      if (t < from || t >= to) continue;
      const bucket = Math.min(buckets - 1, Math.floor((t - from) * per));
      lanes[laneOf[block.call[at]!] ?? 'other'][bucket]! += 1;
      if (block.verdict[at] === DENY) lanes.denied[bucket]! += 1;
      firstRow[bucket] ??= block.first + at;
    }
  }
  return { from, to, lanes, firstRow, memory: memoryOf(index, from, to, buckets) };
}

function laneOfCall(call: string): TimelineLane {
  switch (callSpec(call)?.group) {
    case 'files':
    case 'io':
      return 'files';
    case 'network':
      return 'network';
    case 'time':
      return 'time';
    default:
      return 'other';
  }
}

/** The newest sample up to the end of each stretch; null before the first. */
function memoryOf(index: RunIndex, from: number, to: number, buckets: number): (number | null)[] {
  const memory: (number | null)[] = [];
  let at = 0;
  let heap: number | null = null;
  for (let bucket = 0; bucket < buckets; bucket++) {
    const end = from + ((bucket + 1) * (to - from)) / buckets;
    for (; at < index.samples.length && index.samples[at]!.t < end; at++) heap = index.samples[at]!.heapBytes;
    memory.push(heap);
  }
  return memory;
}

/**
 * The way to any point of a run: the moment before it, and the events from there.
 *
 * A point is named by a row: everything that the log has up to the next row belongs to it, so what a call printed or changed is there
 * when one stands on it.
 */
import type { CallEvent, RunEvent } from '@sandtable/shared/events';
import { FileBytes } from '@sandtable/shared/fileBytes';
import { applyBatch, BatchBuilder, initialState, type SessionState } from '@sandtable/shared/session';
import { WorldTrail } from '@sandtable/shared/worldTrail';
import { logLines } from './logLines.ts';
import { parsed, type RunIndex } from './runIndex.ts';

/** Events reduced at once. */
const EVENTS_PER_STEP = 5_000;

/** Events that are gone through to find the bytes of a file; a record lies that near in any run but a flood of writes. */
const BYTES_WAY = 40_000;

/** Looked at beyond the point for a record that tells bytes which the rows before it did not. */
const BYTES_AHEAD = 20_000;

export interface Point {
  readonly state: SessionState;
  readonly trail: WorldTrail;
  /** The row one stands on; null before the first. */
  readonly row: CallEvent | null;
}

/** State and world after row `n` and what followed it up to the next row; the last point where there are fewer rows. */
export function pointAt(index: RunIndex, n: number): Point {
  const place = index.moments.before((each) => each.calls > n + 1);
  const moment = place === null ? null : index.moments.read(place);
  let state = moment?.state ?? initialState(index.run);
  const trail = moment === null ? new WorldTrail() : WorldTrail.from(moment.trail);
  const builder = new BatchBuilder(index.run);
  let row: CallEvent | null = state.rows.at(-1) ?? null;
  let pending = 0;
  const reduce = (): void => {
    if (pending === 0) return;
    pending = 0;
    const applied = applyBatch(state, builder.take());
    if (!applied.ok) throw new Error(`run ${index.run}: event ${applied.got} after ${state.to}`);
    state = applied.state;
  };
  for (const event of eventsFrom(index, place?.offset ?? 0)) {
    if (event.type === 'call') {
      if (event.n > n) break;
      row = event;
    }
    builder.add(event);
    trail.add(event);
    if (++pending >= EVENTS_PER_STEP) reduce();
  }
  reduce();
  return { state, trail, row };
}

export interface BytesAt {
  readonly bytes: FileBytes;
  /** The record that these bytes come from lies behind the point; nothing wrote between. */
  readonly fromLater: boolean;
}

/** The bytes of a file at row `n` as far as the log tells them; null where no such file is known there. */
export function bytesAt(index: RunIndex, n: number, path: string): BytesAt | null {
  const file = pointAt(index, n).trail.files.get(path);
  if (file?.kind !== 'file') return null;
  const { base } = file;
  if (base === null) return { bytes: sizeOnly(file.size), fromLater: false };
  // Nothing that comes after the last change matters, so it need not be read.
  const lastRow = file.changedSince ? Math.min(n, file.changed ?? n) : -1;
  const bytes = new FileBytes();
  const start = index.moments.before((each) => each.seq >= base.seq);
  const moment = start === null ? null : index.moments.read(start);
  const trail = moment === null ? new WorldTrail() : WorldTrail.from(moment.trail);
  let name: string | null = null;
  let touched = false;
  let atPoint: FileBytes | null = null;
  trail.onBytes = (event) => {
    if (name === null) return;
    if (event.kind === 'rename') {
      if (event.path === name) name = event.to;
      else if (name.startsWith(`${event.path}/`)) name = event.to + name.slice(event.path.length);
      return;
    }
    if (event.path !== name) return;
    if (atPoint !== null && event.kind !== 'content' && event.kind !== 'read') touched = true;
    bytes.apply(event);
  };
  let way = 0;
  let ahead = 0;
  for (const event of eventsFrom(index, start?.offset ?? 0)) {
    if (atPoint === null && event.seq > base.seq && event.type === 'call' && event.n > lastRow) {
      if (bytes.unknown.length === 0) return { bytes, fromLater: false };
      atPoint = bytes.copy();
    }
    if (atPoint === null ? event.seq > base.seq && ++way > BYTES_WAY : ++ahead > BYTES_AHEAD) break;
    if (event.seq === base.seq) {
      name = base.path;
      // The record itself, or the call that left the file empty.
      if (event.type !== 'content') bytes.empty();
    }
    trail.add(event);
    if (atPoint === null) continue;
    if (touched) break;
    if (event.type === 'content' && event.path === name) return { bytes, fromLater: true };
  }
  if (atPoint !== null) return { bytes: atPoint, fromLater: false };
  return { bytes: way > BYTES_WAY ? sizeOnly(file.size) : bytes, fromLater: false };
}

function sizeOnly(size: number | null): FileBytes {
  const bytes = new FileBytes();
  bytes.size = size;
  return bytes;
}

function* eventsFrom(index: RunIndex, offset: number): Generator<RunEvent> {
  for (const [line] of logLines(index.log, offset)) {
    const event = parsed(line);
    if (event === null) return;
    yield event;
  }
}

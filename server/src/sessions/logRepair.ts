/**
 * What happens to the log of a run whose server died: the torn end is cut off and an `exit` event says why there is no other.
 *
 * Afterwards the log is like that of any run that ended. Repairing twice changes nothing.
 */
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { ExitEvent, RunEvent } from '@sandtable/shared/events';
import { applyBatch, BatchBuilder, initialState, type SessionState } from '@sandtable/shared/session';
import { LOG_FILE, STATE_FILE } from './logFormat.ts';
import { LogReader } from './logReader.ts';
import { wholeLines } from './wholeLines.ts';

/** Events reduced at once: memory stays small however long the log is. */
const EVENTS_PER_STEP = 5_000;

const LOST: Pick<ExitEvent, 'status' | 'reason' | 'message'> = {
  status: 137,
  reason: 'server',
  message: 'The server ended while this run was under way. Everything up to here was kept.',
};

/**
 * The state at the end of a run that is not under way, or null where there is no log. Uses what was stored at its end, else
 * reads the whole log, mends it and stores the state.
 */
export function finishedState(folder: string, run: string): SessionState | null {
  if (!existsSync(join(folder, LOG_FILE))) return null;
  const stored = storedState(folder, run);
  if (stored !== null) return stored;
  const log = join(folder, LOG_FILE);
  truncateSync(log, wholeLines(log));
  let state = reduceLog(folder, run);
  if (state.exit === null) {
    const exit: ExitEvent = { seq: state.to + 1, t: state.t, type: 'exit', ...LOST };
    const file = openSync(join(folder, LOG_FILE), 'a');
    writeSync(file, `${JSON.stringify(exit)}\n`);
    closeSync(file);
    state = after(state, [exit]);
  }
  storeState(folder, state);
  return state;
}

export function storeState(folder: string, state: SessionState): void {
  writeFileSync(join(folder, STATE_FILE), JSON.stringify(state), { mode: 0o600 });
}

function storedState(folder: string, run: string): SessionState | null {
  try {
    const state = JSON.parse(readFileSync(join(folder, STATE_FILE), 'utf8')) as SessionState;
    return state.run === run && state.exit !== null ? state : null;
  } catch {
    return null;
  }
}

function reduceLog(folder: string, run: string): SessionState {
  let state = initialState(run);
  let events: RunEvent[] = [];
  for (const event of new LogReader(folder).events()) {
    if (events.push(event) < EVENTS_PER_STEP) continue;
    state = after(state, events);
    events = [];
  }
  return after(state, events);
}

function after(state: SessionState, events: readonly RunEvent[]): SessionState {
  if (events.length === 0) return state;
  const builder = new BatchBuilder(state.run);
  for (const event of events) builder.add(event);
  const applied = applyBatch(state, builder.take());
  if (!applied.ok) throw new Error(`log of run ${state.run}: event ${applied.got} after ${state.to}`);
  return applied.state;
}

/**
 * The index of one run's log: its rows as columns, and moments from which any point is a short way. In the log desk's thread.
 *
 * Made by reading the log once, from where the last reading ended, in slices, so that the thread answers others in between; for
 * a run under way it grows with the log. When the log has its `exit` the index is stored beside it, and from then on only opened.
 * The log is the truth: an index that does not fit it (another version, another length) is thrown away and made anew. NEVER
 * answer from rows beyond what the index has read: callers look at {@link RunIndex.rows}.
 */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { accessOf } from '@sandtable/shared/callAccess';
import { lineOf } from '@sandtable/shared/callOrigin';
import { callSpec } from '@sandtable/shared/calls';
import type { CallEvent, RunEvent } from '@sandtable/shared/events';
import { rowText } from '@sandtable/shared/filter';
import { applyBatch, BatchBuilder, initialState, type SessionState } from '@sandtable/shared/session';
import { VERDICT_KINDS } from '@sandtable/shared/verdicts';
import { WorldTrail } from '@sandtable/shared/worldTrail';
import { LOG_FILE } from '../logFormat.ts';
import { logLines } from './logLines.ts';
import { MOMENT_EVENTS, Moments, type MomentPlace } from './moments.ts';
import { BLOCK_ROWS, MARK_CHANGES, NO_BYTES, RowColumns } from './rowColumns.ts';
import { RowTexts, type TextPlace } from './rowTexts.ts';
import { Words } from './words.ts';

/** Grows when the layout of the files changes: an older index is then made anew. */
const INDEX_VERSION = 3;

const COLUMNS_FILE = 'columns';
const TEXTS_FILE = 'texts';
const MOMENTS_FILE = 'moments.jsonl';
const OVERVIEW_FILE = 'overview.json';

/** Events between looks at the clock. */
const LOOK_EVERY = 256;

/** Samples of memory kept: two a second for as long as a run may take. */
const SAMPLES_KEPT = 50_000;

export interface UsageSample {
  readonly t: number;
  readonly heapBytes: number;
  readonly cpuSeconds: number;
}

/** What is stored beside the columns; small but for the words. */
interface Overview {
  readonly version: number;
  readonly logBytes: number;
  readonly rows: number;
  readonly events: number;
  readonly words: { readonly [K in keyof IndexWords]: readonly string[] };
  readonly texts: readonly TextPlace[];
  readonly moments: readonly MomentPlace[];
  readonly samples: readonly UsageSample[];
}

export interface IndexWords {
  /** All paths of a row, joined by NUL. */
  readonly paths: Words;
  readonly reason: Words;
  readonly call: Words;
  /** Errno or exception. */
  readonly failure: Words;
  /** Lines of the program, as the filter's field has them. */
  readonly line: Words;
}

const PATHS_JOINT = '\0';

/** The paths that a word of {@link IndexWords.paths} stands for: where the row acted first, then what was asked for. */
export function pathsOfWord(word: string): readonly string[] {
  return word.split(PATHS_JOINT);
}

export class RunIndex {
  readonly run: string;
  readonly log: string;
  readonly #folder: string;
  columns: RowColumns;
  texts: RowTexts;
  moments: Moments;
  words: IndexWords;
  samples: UsageSample[] = [];
  /** Number of the last event taken in. */
  events = 0;
  #offset = 0;
  /** The last event was `exit`: the log grows no more. */
  complete = false;
  #state: SessionState;
  #trail = new WorldTrail();
  #builder: BatchBuilder;

  /** `momentEvents`: see `moments.ts`; tests take fewer. */
  constructor(folder: string, run: string, momentEvents = MOMENT_EVENTS) {
    this.run = run;
    this.#folder = folder;
    this.log = join(folder, LOG_FILE);
    this.#state = initialState(run);
    this.#builder = new BatchBuilder(run);
    const stored = this.#stored();
    if (stored === null) {
      for (const file of [COLUMNS_FILE, TEXTS_FILE, MOMENTS_FILE, OVERVIEW_FILE])
        rmSync(join(folder, file), { force: true });
      this.columns = new RowColumns(join(folder, COLUMNS_FILE));
      this.texts = new RowTexts(join(folder, TEXTS_FILE));
      this.moments = new Moments(join(folder, MOMENTS_FILE), [], momentEvents);
      this.words = {
        paths: new Words(),
        reason: new Words(),
        call: new Words(),
        failure: new Words(),
        line: new Words(),
      };
      return;
    }
    this.columns = new RowColumns(join(folder, COLUMNS_FILE), stored.rows);
    this.texts = new RowTexts(join(folder, TEXTS_FILE), stored.texts);
    this.moments = new Moments(join(folder, MOMENTS_FILE), stored.moments);
    this.words = {
      paths: Words.from(stored.words.paths),
      reason: Words.from(stored.words.reason),
      call: Words.from(stored.words.call),
      failure: Words.from(stored.words.failure),
      line: Words.from(stored.words.line),
    };
    this.samples = [...stored.samples];
    this.events = stored.events;
    this.#offset = stored.logBytes;
    this.complete = true;
  }

  /** Rows taken in: those with lower numbers can be asked for. */
  get rows(): number {
    return this.columns.rows;
  }

  /** Microseconds since the run began, of the last row. */
  get lastT(): number {
    const { rows } = this;
    if (rows === 0) return 0;
    const block = this.columns.block(this.columns.blocks - 1);
    return block.t[block.rows - 1]!;
  }

  /** Reads on for about `ms`. @returns whether the end of the log, as it is now, was reached. */
  extend(ms: number): boolean {
    if (this.complete) return true;
    const until = performance.now() + ms;
    let since = 0;
    for (const [line, offset, next] of logLines(this.log, this.#offset)) {
      const event = parsed(line);
      // A line that is no event ends the log as far as anybody can read it.
      if (event === null) return true;
      this.#take(event, offset);
      this.#offset = next;
      if (event.type === 'exit') {
        this.#finish();
        return true;
      }
      if (this.moments.isDue(event.seq)) this.#keepMoment();
      if (++since < LOOK_EVERY) continue;
      since = 0;
      if (performance.now() >= until) return false;
    }
    return true;
  }

  /** Closes files. An index of a log that still grows is lost, and made anew when it is asked for. */
  close(): void {
    this.columns.close();
    this.texts.close();
    this.moments.close();
  }

  #take(event: RunEvent, offset: number): void {
    this.events = event.seq;
    this.#builder.add(event);
    this.#trail.add(event);
    if (event.type === 'call') this.#row(event, offset);
    else if (event.type === 'usage' && this.samples.length < SAMPLES_KEPT)
      this.samples.push({ t: event.t, heapBytes: event.heapBytes, cpuSeconds: event.cpuSeconds });
  }

  #row(row: CallEvent, offset: number): void {
    const { words } = this;
    this.columns.push({
      t: row.t,
      offset,
      us: Math.min(row.us, 0xffff_ffff),
      bytes: row.bytes === undefined ? NO_BYTES : Math.min(row.bytes, NO_BYTES - 1),
      rule: row.rule,
      paths: words.paths.number(pathsWord(row)),
      reason: words.reason.number(row.reason),
      thread: Math.min(row.thread ?? 1, 0xffff),
      call: words.call.number(row.call),
      failure: words.failure.number(row.errno ?? row.raise),
      line: words.line.number(lineOf(row)),
      text: this.texts.add(rowText(row)),
      verdict: VERDICT_KINDS.indexOf(row.verdict),
      marks: changesFiles(row) ? MARK_CHANGES : 0,
    });
    if (this.rows % BLOCK_ROWS === 0) this.texts.endBlock();
  }

  #keepMoment(): void {
    const applied = applyBatch(this.#state, this.#builder.take());
    if (!applied.ok)
      throw new Error(`index of run ${this.run}: event ${applied.got} after ${this.#state.to}`);
    this.#state = applied.state;
    this.moments.add({ state: this.#state, trail: this.#trail.save() }, this.#offset);
  }

  #finish(): void {
    this.complete = true;
    if (this.rows % BLOCK_ROWS !== 0) this.texts.endBlock();
    this.texts.finish();
    this.columns.finish();
    const overview: Overview = {
      version: INDEX_VERSION,
      logBytes: this.#offset,
      rows: this.rows,
      events: this.events,
      words: {
        paths: this.words.paths.list(),
        reason: this.words.reason.list(),
        call: this.words.call.list(),
        failure: this.words.failure.list(),
        line: this.words.line.list(),
      },
      texts: this.texts.places,
      moments: this.moments.places,
      samples: this.samples,
    };
    try {
      writeFileSync(join(this.#folder, OVERVIEW_FILE), JSON.stringify(overview), { mode: 0o600 });
    } catch {
      // The run was removed meanwhile, or the disk is full: the index lasts as long as the thread.
    }
  }

  #stored(): Overview | null {
    try {
      const overview = JSON.parse(readFileSync(join(this.#folder, OVERVIEW_FILE), 'utf8')) as Overview;
      const fits = overview.version === INDEX_VERSION && overview.logBytes === statSync(this.log).size;
      return fits ? overview : null;
    } catch {
      return null;
    }
  }
}

export function parsed(line: string): RunEvent | null {
  try {
    return JSON.parse(line) as RunEvent;
  } catch {
    return null;
  }
}

function pathsWord(row: CallEvent): string | undefined {
  const asked = row.args['path'];
  const askedNew = row.args['newpath'];
  let word: string | undefined = row.path;
  for (const path of [row.newpath, asked, askedNew]) {
    if (typeof path === 'string') word = word === undefined ? path : word + PATHS_JOINT + path;
  }
  return word;
}

/** Whether the call did something to a file or a name that one could look at afterwards. */
function changesFiles(row: CallEvent): boolean {
  if (row.verdict === 'deny' || row.verdict === 'fake' || row.errno !== undefined || row.raise !== undefined)
    return false;
  const path = row.path ?? row.args['path'];
  if (typeof path !== 'string' || !path.startsWith('/') || path.startsWith('/dev/')) return false;
  const group = callSpec(row.call)?.group;
  return (group === 'files' || group === 'io') && accessOf(row.call, row.performed ?? row.args) === 'write';
}

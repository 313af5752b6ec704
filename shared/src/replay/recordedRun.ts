/**
 * A recorded run out of the text of its trace (docs/trace-format.md), as far as judging it again needs it.
 *
 * The text may come from anywhere: nothing in it is believed before it was looked at. A last line that is cut short is left out, because a
 * run under way ends in one.
 */
import { isCallName } from '../calls.ts';
import { isErrno } from '../errno.ts';
import { TRACE_VERSION, type CallEvent, type ExitEvent, type StartEvent } from '../events.ts';
import { VERDICT_KINDS, type RuleInfo } from '../verdicts.ts';

export interface RecordedRun {
  readonly start: StartEvent | null;
  readonly exit: ExitEvent | null;
  /** By number. */
  readonly rules: ReadonlyMap<number, RuleInfo>;
  readonly rows: readonly CallEvent[];
  /** Calls that the trace has beyond those in `rows`. */
  readonly left: number;
  /** Rows of calls that this version does not know; they are not in `rows`. */
  readonly unknown: number;
}

export type ReadTrace =
  | { readonly ok: true; readonly run: RecordedRun }
  | {
      readonly ok: false;
      readonly code: 'not-a-trace' | 'other-version' | 'no-calls';
      /** From 1. */
      readonly line: number;
      readonly message: string;
    };

/** Calls of one trace that are kept, some kilobyte each at worst: what a page can hold. The rest is counted and said. */
export const MAX_REPLAYED_ROWS = 200_000;

/** A line of a trace is a few kilobytes at most. */
const MAX_LINE_CHARS = 4 * 1024 * 1024;

export class TraceReader {
  readonly #maxRows: number;
  #rest = '';
  #line = 0;
  #start: StartEvent | null = null;
  #exit: ExitEvent | null = null;
  readonly #rules = new Map<number, RuleInfo>();
  readonly #rows: CallEvent[] = [];
  #left = 0;
  #unknown = 0;
  #problem: Extract<ReadTrace, { ok: false }> | null = null;

  constructor(maxRows = MAX_REPLAYED_ROWS) {
    this.#maxRows = maxRows;
  }

  /** Takes a piece of the text, cut anywhere. */
  push(text: string): void {
    if (this.#problem !== null) return;
    const whole = this.#rest + text;
    let from = 0;
    for (;;) {
      const end = whole.indexOf('\n', from);
      if (end < 0) break;
      this.#take(whole.slice(from, end));
      from = end + 1;
    }
    this.#rest = whole.slice(from);
    if (this.#rest.length > MAX_LINE_CHARS) this.#fail('not-a-trace', 'a line has no end');
  }

  finish(): ReadTrace {
    if (this.#problem === null && this.#rest !== '') {
      const line = this.#line;
      this.#take(this.#rest);
      if (this.#problem !== null && line > 0) this.#problem = null;
    }
    if (this.#problem !== null) return this.#problem;
    if (this.#rows.length === 0)
      return {
        ok: false,
        code: 'no-calls',
        line: Math.max(1, this.#line),
        message: 'the trace has no calls',
      };
    return {
      ok: true,
      run: {
        start: this.#start,
        exit: this.#exit,
        rules: this.#rules,
        rows: this.#rows,
        left: this.#left,
        unknown: this.#unknown,
      },
    };
  }

  #take(line: string): void {
    if (this.#problem !== null) return;
    this.#line += 1;
    if (line.trim() === '') return;
    let event: unknown;
    try {
      event = JSON.parse(line);
    } catch {
      this.#fail('not-a-trace', 'this line is no JSON object');
      return;
    }
    if (!isObject(event) || typeof event['type'] !== 'string') {
      this.#fail('not-a-trace', 'this line is no event of a trace');
      return;
    }
    switch (event['type']) {
      case 'call':
        this.#call(event);
        break;
      case 'rule':
        if (isRule(event['rule'])) this.#rules.set(event['rule'].id, event['rule']);
        break;
      case 'start':
        if (event['version'] === TRACE_VERSION) {
          if (isStart(event)) this.#start ??= event as unknown as StartEvent;
          else this.#fail('not-a-trace', 'the beginning of this trace is not complete');
        } else
          this.#fail(
            'other-version',
            `this is a trace of version ${String(event['version'])}; version ${TRACE_VERSION} is understood here`,
          );
        break;
      case 'exit':
        this.#exit = event as unknown as ExitEvent;
        break;
    }
  }

  #call(event: { readonly [key: string]: unknown }): void {
    const { n, call, args, verdict, rule } = event;
    if (
      !Number.isSafeInteger(n) ||
      !isObject(args) ||
      typeof rule !== 'number' ||
      !VERDICT_KINDS.includes(verdict as never) ||
      !isRowRest(event)
    )
      this.#fail('not-a-trace', 'this row of a call is not complete');
    else if (typeof call !== 'string' || !isCallName(call)) this.#unknown += 1;
    else if (this.#rows.length >= this.#maxRows) this.#left += 1;
    else this.#rows.push(event as unknown as CallEvent);
  }

  #fail(code: 'not-a-trace' | 'other-version', message: string): void {
    this.#problem ??= { ok: false, code, line: Math.max(1, this.#line), message };
  }
}

/** The run in the text of a whole trace. */
export function readTrace(text: string, maxRows = MAX_REPLAYED_ROWS): ReadTrace {
  const reader = new TraceReader(maxRows);
  reader.push(text);
  return reader.finish();
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const TEXTS = ['path', 'newpath', 'performedPath', 'performedNewpath', 'reason'] as const;

/** Whether what may stand in a row, where it does, is what it should be. */
function isRowRest(row: { readonly [key: string]: unknown }): boolean {
  const { performed, errno, raise, thread } = row;
  return (
    TEXTS.every((name) => row[name] === undefined || typeof row[name] === 'string') &&
    (performed === undefined || isObject(performed)) &&
    (errno === undefined || (typeof errno === 'string' && isErrno(errno))) &&
    (raise === undefined || raise === 'RuntimeError') &&
    (thread === undefined || typeof thread === 'number')
  );
}

function isStart({ argv, policy }: { readonly [key: string]: unknown }): boolean {
  return typeof policy === 'string' && Array.isArray(argv) && argv.every((word) => typeof word === 'string');
}

function isPlace(value: unknown): boolean {
  return isObject(value) && typeof value['line'] === 'number' && typeof value['column'] === 'number';
}

function isRule(value: unknown): value is RuleInfo {
  return (
    isObject(value) &&
    typeof value['id'] === 'number' &&
    typeof value['layer'] === 'string' &&
    typeof value['code'] === 'string' &&
    typeof value['label'] === 'string' &&
    (value['at'] === undefined || isPlace(value['at']))
  );
}

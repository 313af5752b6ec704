/**
 * Reads a trace that somebody else wrote, line by line, as events of a run of ours.
 *
 * Every line is checked against the schemas of the format; what a line says about itself beyond them (its number, the number of its row, the
 * id of its run) is replaced by our own, so that a part of a trace can be imported as well and nothing in the
 * server depends on what a stranger wrote. Kinds of event that this version does not know are left out. NEVER is a line taken over that was not
 * parsed here.
 */
import { knownEvent, runEvent } from './eventSchemas.ts';
import { TRACE_VERSION, type RunEvent } from './events.ts';

/** Characters in a line: a record of a file with every byte escaped fits. */
export const MAX_TRACE_LINE = 512 * 1024;

/** Problems that are told; a file that is no trace would have one a line. */
export const MAX_TRACE_PROBLEMS = 20;

export interface TraceProblem {
  /** From 1; 0 for the file as a whole. */
  readonly line: number;
  readonly message: string;
}

const KNOWN: Readonly<Record<RunEvent['type'], true>> = {
  start: true,
  rule: true,
  call: true,
  out: true,
  file: true,
  content: true,
  touch: true,
  limit: true,
  phase: true,
  usage: true,
  notice: true,
  exit: true,
};

function isKind(type: unknown): boolean {
  return typeof type === 'string' && Object.hasOwn(KNOWN, type);
}

/** Why a trace that does not end with `exit` ends. */
const CUT: Omit<Extract<RunEvent, { type: 'exit' }>, 'seq' | 't'> = {
  type: 'exit',
  status: 0,
  reason: 'server',
  message: 'The trace that was imported ends here.',
};

export class TraceImport {
  readonly problems: TraceProblem[] = [];
  readonly #run: string;
  #line = 0;
  #seq = 0;
  #t = 0;
  #calls = 0;
  #ended = false;

  /** `run`: the id that the events get. */
  constructor(run: string) {
    this.#run = run;
  }

  get calls(): number {
    return this.#calls;
  }

  /** Enough was wrong to stop reading. */
  get hopeless(): boolean {
    return this.problems.length >= MAX_TRACE_PROBLEMS;
  }

  /** The event of the next line, or null where it is left out: empty, of an unknown kind, or wrong (see {@link problems}). */
  line(text: string): RunEvent | null {
    this.#line += 1;
    if (text.trim() === '') return null;
    if (text.length > MAX_TRACE_LINE)
      return this.#wrong(`is longer than ${MAX_TRACE_LINE / 1024} Ki characters`);
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return this.#wrong('is no JSON');
    }
    const isKnown = typeof value === 'object' && value !== null && 'type' in value && isKind(value.type);
    const parsed = (isKnown ? knownEvent : runEvent).safeParse(value);
    if (parsed.success) return isKnown ? this.#take(parsed.data) : null;
    const [issue] = parsed.error.issues;
    const where = issue?.path.join('.') ?? '';
    return this.#wrong(`${where === '' ? 'the event' : where}: ${issue?.message ?? 'is not valid'}`);
  }

  /** What is still missing at the end: the event that ends the trace, or null where it has one. */
  end(): RunEvent | null {
    if (this.#seq === 0 && this.problems.length === 0)
      this.problems.push({ line: 0, message: 'The file has no events.' });
    return this.#ended || this.#seq === 0 ? null : this.#stamped(CUT);
  }

  #take(event: RunEvent): RunEvent | null {
    if (this.#ended) return this.#wrong('comes after the event that ends the run');
    if (event.t < this.#t)
      return this.#wrong(`t falls from ${this.#t} to ${event.t}; a trace’s time never does`);
    if (this.#seq === 0 && event.type !== 'start')
      return this.#wrong('the first event of a trace is “start”');
    if (event.type === 'start') {
      if (this.#seq > 0) return this.#wrong('a second “start”');
      if (event.version > TRACE_VERSION)
        return this.#wrong(
          `is of version ${event.version} of the format; this server reads ${TRACE_VERSION}`,
        );
    }
    this.#t = event.t;
    this.#ended = event.type === 'exit';
    return this.#stamped(event);
  }

  #stamped(event: RunEvent | typeof CUT): RunEvent {
    this.#seq += 1;
    const stamp = { seq: this.#seq, t: this.#t };
    if (event.type === 'start') return { ...event, ...stamp, run: this.#run };
    if (event.type !== 'call') return { ...event, ...stamp };
    return { ...event, ...stamp, n: this.#calls++ };
  }

  #wrong(message: string): null {
    if (!this.hopeless) this.problems.push({ line: this.#line, message });
    return null;
  }
}

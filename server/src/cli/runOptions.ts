/** The command line of `sandtable run`: text to options, or what is wrong with it. */
import path from 'node:path';
import { RUN_LIMITS } from '@sandtable/shared/limits';
import type { Interpreter } from '../sandbox/index.ts';

export interface RunCommandOptions {
  /** A file, or the name of a built-in policy. */
  readonly policy: string;
  /** Null for the usual one. */
  readonly interpreter: Interpreter | null;
  /** Folder that the guest sees as /tmp. */
  readonly tmp: string | null;
  /** Folder that gets what the guest changed below /tmp. */
  readonly keep: string | null;
  readonly heapBytes: number | null;
  readonly timeoutSeconds: number | null;
  readonly log: string | null;
  readonly verbose: boolean;
  /** The policy only records what it would have said. */
  readonly audit: boolean;
  /** Every call says which line of the program made it. */
  readonly traceLines: boolean;
  readonly trace: string | null;
  readonly help: boolean;
  readonly script: string | null;
  readonly args: readonly string[];
}

export type ParsedRun =
  | { readonly ok: true; readonly options: RunCommandOptions }
  | { readonly ok: false; readonly message: string };

const UNITS: { readonly [unit: string]: number } = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** PyPy does not get through its start with less. */
const MIN_HEAP_BYTES = 16 * 1024 * 1024;

const VALUED = [
  '--policy',
  '--engine',
  '--tmp',
  '--keep',
  '--heapsize',
  '--timeout',
  '--log',
  '--trace',
] as const;
type Valued = (typeof VALUED)[number];

function heapBytes(text: string): number | string {
  const match = /^(\d+)([kmg]?)$/i.exec(text);
  if (match === null) return `--heapsize takes a number of bytes, with k, m or g behind it, not '${text}'`;
  const bytes = Number(match[1]) * UNITS[match[2]!.toLowerCase()]!;
  if (bytes < MIN_HEAP_BYTES) return '--heapsize: PyPy does not start with less than 16m';
  if (bytes > RUN_LIMITS.heapBytes.maximum)
    return `--heapsize: the most is ${String(RUN_LIMITS.heapBytes.maximum / 1024 ** 2)}m`;
  return bytes;
}

function timeout(text: string): number | string {
  const seconds = Number(text);
  return /^\d+(\.\d+)?$/.test(text) && seconds > 0
    ? seconds
    : `--timeout takes a number of seconds, not '${text}'`;
}

const CLASSIC = 'classic:';

function engine(text: string): Interpreter | string {
  if (text === 'pypy') return { kind: 'pypy' };
  if (text.startsWith(CLASSIC) && text.length > CLASSIC.length)
    return { kind: 'classic', executable: path.resolve(text.slice(CLASSIC.length)) };
  return `--engine takes 'pypy', or 'classic:' and the path of a pypy-c-sandbox, not '${text}'`;
}

/** Options end at the first word that is none; what follows the script belongs to the guest. */
export function parseRun(words: readonly string[]): ParsedRun {
  const values: { [option in Valued]?: string } = {};
  let verbose = false;
  let audit = false;
  let traceLines = false;
  let help = false;
  let at = 0;
  for (; at < words.length; at++) {
    const word = words[at]!;
    if (word === '--') {
      at += 1;
      break;
    }
    if (!word.startsWith('-') || word === '-') break;
    const equals = word.indexOf('=');
    const name = equals > 0 ? word.slice(0, equals) : word;
    if (word === '--verbose' || word === '-v') verbose = true;
    else if (word === '--audit') audit = true;
    else if (word === '--trace-lines') traceLines = true;
    else if (word === '--help' || word === '-h') help = true;
    else if ((VALUED as readonly string[]).includes(name)) {
      const value = equals > 0 ? word.slice(equals + 1) : words[++at];
      if (value === undefined || value === '') return { ok: false, message: `${name} needs a value` };
      values[name as Valued] = value;
    } else return { ok: false, message: `unknown option ${name}` };
  }
  const heap = values['--heapsize'] === undefined ? null : heapBytes(values['--heapsize']);
  if (typeof heap === 'string') return { ok: false, message: heap };
  const limit = values['--timeout'] === undefined ? null : timeout(values['--timeout']);
  if (typeof limit === 'string') return { ok: false, message: limit };
  const interpreter = values['--engine'] === undefined ? null : engine(values['--engine']);
  if (typeof interpreter === 'string') return { ok: false, message: interpreter };
  return {
    ok: true,
    options: {
      policy: values['--policy'] ?? 'standard',
      interpreter,
      tmp: values['--tmp'] ?? null,
      keep: values['--keep'] ?? null,
      heapBytes: heap,
      timeoutSeconds: limit,
      log: values['--log'] ?? null,
      verbose,
      audit,
      traceLines,
      trace: values['--trace'] ?? null,
      help,
      script: words[at] ?? null,
      args: words.slice(at + 1),
    },
  };
}

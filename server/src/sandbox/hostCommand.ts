/** How the host is called, and what it says of itself. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { RunLimits } from '@sandtable/shared/policy/model';
import type { HostCommand } from './hostChild.ts';

/** The guest's own home may hold packages, but none that run before the script: the start is judged by the platform alone. */
const NO_USER_SITE = '-s';

const HOST = fileURLToPath(new URL('../../native/build/sandtable-host', import.meta.url));

/** Describing loads PyPy's library once, some 100 ms; a machine that swaps is given more. */
const DESCRIBE_TIMEOUT_MS = 30_000;

/** A description lists every symbol of every library. */
const DESCRIBE_MAX_BYTES = 4 * 1024 * 1024;

/**
 * The interpreter itself, its machine code and the stacks of its threads, beyond the objects of the program. The hard limit lies this
 * much above the soft one, so that PyPy can raise MemoryError before the kernel says no.
 */
const DATA_SLACK_BYTES = 256 * 1024 * 1024;

export interface HostRunOptions {
  readonly limits: RunLimits;
  /** `NAME=value` */
  readonly environment: readonly string[];
  readonly marshalTime: boolean;
  /** The user that the guest becomes; null where this process is not root. */
  readonly uid: number | null;
  readonly argv: readonly string[];
}

/** How guests await replies, for measuring: see docs/performance.md. Otherwise they learn what pays. */
const POLLING: { readonly [mode: string]: readonly string[] } = {
  never: ['--no-poll'],
  always: ['--always-poll'],
};

function polling(): readonly string[] {
  return POLLING[process.env['SANDTABLE_POLL'] ?? ''] ?? [];
}

export function hostCommand(options: HostRunOptions): HostCommand {
  const { limits } = options;
  const args = [
    '--heap-bytes',
    String(Math.floor(limits.heapBytes)),
    '--data-bytes',
    String(Math.floor(limits.heapBytes) + DATA_SLACK_BYTES),
    '--cpu-seconds',
    String(Math.ceil(limits.cpuSeconds)),
    '--threads',
    String(Math.floor(limits.threads)),
  ];
  if (options.uid !== null) args.push('--uid', String(options.uid));
  if (options.marshalTime) args.push('--marshal-time');
  args.push(...polling());
  for (const setting of options.environment) args.push('--env', setting);
  return { file: HOST, args: [...args, '--', NO_USER_SITE, ...options.argv] };
}

export type ZygoteOptions = Pick<HostRunOptions, 'environment' | 'marshalTime' | 'argv'> & {
  readonly heapBytes: number;
  readonly beforeStart: boolean;
};

export function zygoteCommand(options: ZygoteOptions): HostCommand {
  const args = [
    '--zygote',
    ...(options.beforeStart ? ['--before-start'] : []),
    '--heap-bytes',
    String(Math.floor(options.heapBytes)),
  ];
  if (options.marshalTime) args.push('--marshal-time');
  args.push(...polling());
  for (const setting of options.environment) args.push('--env', setting);
  return { file: HOST, args: [...args, '--', NO_USER_SITE, ...options.argv] };
}

export type BirthOptions = Pick<HostRunOptions, 'limits' | 'uid'>;

/** One line for a zygote: the limits and the user of one guest. */
export function forkOrder(serial: number, options: BirthOptions): string {
  return `fork ${birthNumbers(serial, options).join(' ')}`;
}

/** The same for the spare, as its `struct birth` has it (zygote.c). */
export function birthNotice(serial: number, options: BirthOptions): Uint8Array {
  return new Uint8Array(BigUint64Array.from(birthNumbers(serial, options), BigInt).buffer);
}

function birthNumbers(serial: number, { limits, uid }: BirthOptions): readonly number[] {
  return [
    serial,
    uid ?? 0,
    Math.floor(limits.heapBytes) + DATA_SLACK_BYTES,
    Math.ceil(limits.cpuSeconds),
    Math.floor(limits.threads),
  ];
}

export interface EngineProblem {
  readonly code: string;
  readonly message: string;
  readonly cure: string;
}

/** What `sandtable-host --describe` says. */
export interface HostDescription {
  readonly arch: string;
  readonly kernel: string;
  /** Null where it was not found; a problem says so. */
  readonly pypy: { readonly version: string; readonly library: string; readonly stdlib: string } | null;
  readonly filter: { readonly available: boolean; readonly tsync: boolean };
  readonly preload: readonly { readonly name: string; readonly found: boolean }[];
  readonly counts: { readonly hooked: number; readonly native: number; readonly denied: number };
  readonly symbols: readonly {
    readonly object: string;
    readonly calls: readonly string[];
    readonly stubs: readonly string[];
    readonly denied: readonly string[];
    readonly native: number;
  }[];
  readonly problems: readonly EngineProblem[];
}

export type EngineState =
  | {
      readonly ok: true;
      readonly description: HostDescription;
      readonly name: string;
      readonly stdlib: string;
    }
  | {
      readonly ok: false;
      readonly description: HostDescription | null;
      readonly problems: readonly EngineProblem[];
    };

let known: Promise<EngineState> | null = null;

/** Whether guests can run here, looked up once; `again` looks anew. */
export function engineState(again = false): Promise<EngineState> {
  if (known === null || again) known = lookUp();
  return known;
}

async function lookUp(): Promise<EngineState> {
  if (!existsSync(HOST)) {
    return missing(
      'host-missing',
      'The host for PyPy has not been built.',
      'Run `npm run native` (it needs gcc and make).',
    );
  }
  const said = await describe();
  if (said === null)
    return missing(
      'host-broken',
      'The host for PyPy does not run here.',
      'Run `npm run native` to build it anew.',
    );
  const { problems, pypy } = said;
  if (problems.length > 0 || pypy === null) return { ok: false, description: said, problems };
  return { ok: true, description: said, name: `PyPy ${pypy.version}`, stdlib: pypy.stdlib };
}

function missing(code: string, message: string, cure: string): EngineState {
  return { ok: false, description: null, problems: [{ code, message, cure }] };
}

function describe(): Promise<HostDescription | null> {
  return new Promise((resolve) => {
    execFile(
      HOST,
      ['--describe'],
      { env: {}, timeout: DESCRIBE_TIMEOUT_MS, maxBuffer: DESCRIBE_MAX_BYTES },
      (_error, stdout) => {
        try {
          resolve(JSON.parse(stdout) as HostDescription);
        } catch {
          resolve(null);
        }
      },
    );
  });
}

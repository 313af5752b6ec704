/**
 * Searches for a hole in a policy: something that it allows and that a property forbids. The hunt runs in a thread of its own; what it
 * finds is run in the real sandbox before it is told.
 *
 * Invariant: a search resolves exactly once, whatever becomes of its thread, and leaves neither thread nor guest behind.
 */
import { Worker } from 'node:worker_threads';
import type { Property } from '@sandtable/shared/search/property';
import { interpreterState } from '../sandbox/interpreters.ts';
import { confirm, type Confirmation } from './confirm.ts';
import type { Finding, Hunted } from './hunt.ts';
import { MAX_SEQUENCES, SEARCH_GRACE_MS, SEARCH_HEAP_MIB } from './searchLimits.ts';
import type { SearchLab } from './searchLab.ts';
import type { SearchMessage, SearchOrder } from './searchWorker.ts';

export interface SearchOptions {
  /** Source of the policy, which has been checked. */
  readonly source: string;
  readonly property: Property;
  /** The lab whose bench or check it is. */
  readonly lab?: SearchLab;
  readonly seconds: number;
  readonly seed: number;
  /** Attempts at most. */
  readonly sequences?: number;
  /** Told now and then, and never after the end. */
  readonly progress?: (sequences: number) => void;
  /** Ends the search early. */
  readonly signal?: AbortSignal;
}

interface Counted {
  readonly sequences: number;
  /** Until something was found, or altogether. */
  readonly milliseconds: number;
}

export type SearchResult =
  /** A real guest did it. */
  | (Counted & { readonly kind: 'hole'; readonly finding: Finding; readonly confirmation: Confirmation })
  /** The search believed that it had found something, and the real sandbox does not show it: no hole, but a difference worth a report. */
  | (Counted & {
      readonly kind: 'unconfirmed';
      readonly finding: Finding;
      readonly confirmation: Confirmation;
    })
  | (Counted & { readonly kind: 'nothing' })
  /** Nothing in the world of this policy is what the property speaks of. */
  | { readonly kind: 'nothing-to-try' }
  | { readonly kind: 'cancelled' }
  | {
      readonly kind: 'failed';
      /** `policy`: its world cannot be made. */
      readonly code: 'no-interpreter' | 'memory' | 'time' | 'thread' | 'policy';
      readonly message: string;
    };

export async function searchForHole(options: SearchOptions): Promise<SearchResult> {
  const { source, property, lab, signal } = options;
  const state = await interpreterState({ kind: 'pypy' });
  if (!state.ok || state.kind !== 'pypy') {
    const message = state.ok
      ? 'There is no PyPy here.'
      : state.problems.map((each) => each.message).join(' ');
    return { kind: 'failed', code: 'no-interpreter', message };
  }
  const hunted = await huntInThread(options, state.stdlib);
  if ('kind' in hunted) return hunted;
  if (hunted.nothingToTry) return { kind: 'nothing-to-try' };
  const { sequences, milliseconds, finding } = hunted;
  if (finding === null) return { kind: 'nothing', sequences, milliseconds };
  const confirmation = await confirm({
    source,
    property,
    script: finding.script,
    interpreter: { kind: 'pypy' },
    ...(lab === undefined ? {} : { lab }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (signal?.aborted === true) return { kind: 'cancelled' };
  return {
    kind: confirmation.confirmed ? 'hole' : 'unconfirmed',
    sequences,
    milliseconds,
    finding,
    confirmation,
  };
}

type Ended = Extract<SearchResult, { readonly kind: 'cancelled' | 'failed' }>;

async function huntInThread(options: SearchOptions, stdlib: string): Promise<Hunted | Ended> {
  const { source, property, lab, seconds, seed, sequences = MAX_SEQUENCES, progress, signal } = options;
  if (signal?.aborted === true) return { kind: 'cancelled' };
  const { promise, resolve } = Promise.withResolvers<Hunted | Ended>();
  const worker = new Worker(new URL('searchWorker.ts', import.meta.url), {
    workerData: {
      source,
      property,
      ...(lab === undefined ? {} : { lab }),
      stdlib,
      seed,
      sequences,
      milliseconds: seconds * 1000,
    } satisfies SearchOrder,
    resourceLimits: { maxOldGenerationSizeMb: SEARCH_HEAP_MIB },
  });
  const cancel = (): void => {
    resolve({ kind: 'cancelled' });
  };
  signal?.addEventListener('abort', cancel, { once: true });
  const timer = setTimeout(
    () => {
      resolve({
        kind: 'failed',
        code: 'time',
        message: 'The search did not come to an end and was stopped.',
      });
    },
    seconds * 1000 + SEARCH_GRACE_MS,
  );
  worker.on('message', (message: SearchMessage) => {
    if (message.type === 'done') resolve(message.hunted);
    else if (message.type === 'unfit') resolve({ kind: 'failed', code: 'policy', message: message.message });
    else if (signal?.aborted !== true) progress?.(message.sequences);
  });
  worker.on('error', (error: NodeJS.ErrnoException) => {
    resolve(
      error.code === 'ERR_WORKER_OUT_OF_MEMORY'
        ? { kind: 'failed', code: 'memory', message: 'The search took too much memory and was ended.' }
        : { kind: 'failed', code: 'thread', message: `The search failed: ${error.message}` },
    );
  });
  worker.on('exit', () => {
    resolve({ kind: 'failed', code: 'thread', message: 'The thread of the search ended early.' });
  });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
    await worker.terminate();
  }
}

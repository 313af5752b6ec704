/**
 * The thread of a search that a page asked for: searches once, tells how far it is, and ends. A policy and a guest are at work in it, so
 * it stands behind whatever else the server does.
 */
import { readlinkSync } from 'node:fs';
import os from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { FoundHole, SearchEnd } from '@sandtable/shared/searchMessages';
import type { Property } from '@sandtable/shared/search/property';
import { functionPlace } from './functionPlace.ts';
import { searchForHole, type SearchResult } from './search.ts';
import type { SearchLab } from './searchLab.ts';
import { MAX_PRINTED_CHARS } from './searchLimits.ts';

export interface PageSearchOrder {
  /** Source of the policy, which has been checked. */
  readonly source: string;
  readonly property: Property;
  /** Of a work: its lab. */
  readonly lab?: SearchLab;
  readonly seconds: number;
  readonly seed: number;
  /** Of the property's files those that the bench does not have: bench path and text. */
  readonly brought: Readonly<Record<string, string>>;
}

/** What it is told. */
export type PageSearchWord = 'cancel';

export type PageSearchMessage =
  | { readonly type: 'progress'; readonly attempts: number }
  | { readonly type: 'ended'; readonly end: SearchEnd };

/** Behind guests that answer a person, before those that compute without end. */
const NICE = 8;

/** How often the page is told, in milliseconds. */
const TELL_EVERY_MS = 200;

function standBack(): void {
  try {
    // The kernel has a place for each thread; the threads and guests that this one makes begin where it stands.
    os.setPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1)), NICE);
  } catch {
    // This kernel refuses, and the search has the place of everybody.
  }
}

function holeOf(
  { source, brought }: PageSearchOrder,
  { finding, confirmation }: Extract<SearchResult, { readonly finding: unknown }>,
): FoundHole {
  const { rule, call, broken } = finding.trial;
  return {
    script: finding.script,
    words: (confirmation.broken ?? broken)?.words ?? '',
    call,
    rule:
      rule === null
        ? null
        : { layer: rule.layer, label: rule.label, ...(rule.at === undefined ? {} : { at: rule.at }) },
    passedBy: call === null ? null : functionPlace(source, call),
    printed: confirmation.printed.slice(-MAX_PRINTED_CHARS),
    files: brought,
  };
}

function endOf(order: PageSearchOrder, result: SearchResult): SearchEnd {
  switch (result.kind) {
    case 'hole':
    case 'unconfirmed': {
      const { kind, sequences: attempts, milliseconds } = result;
      return { kind, attempts, milliseconds, hole: holeOf(order, result) };
    }
    case 'nothing':
      return { kind: 'nothing', attempts: result.sequences, milliseconds: result.milliseconds };
    case 'failed':
      return { kind: 'failed', message: result.message };
    default:
      return { kind: result.kind };
  }
}

const port = parentPort;
if (port === null) throw new Error('pageSearch.ts: not in a thread');
standBack();
const order = workerData as PageSearchOrder;
const abort = new AbortController();
port.once('message', () => {
  abort.abort();
});
let told = 0;
const result = await searchForHole({
  source: order.source,
  property: order.property,
  ...(order.lab === undefined ? {} : { lab: order.lab }),
  seconds: order.seconds,
  seed: order.seed,
  signal: abort.signal,
  progress: (attempts) => {
    const now = performance.now();
    if (now - told < TELL_EVERY_MS) return;
    told = now;
    port.postMessage({ type: 'progress', attempts } satisfies PageSearchMessage);
  },
});
port.postMessage({ type: 'ended', end: endOf(order, result) } satisfies PageSearchMessage);
port.close();

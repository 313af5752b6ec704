/** The loops that calls are counted in. */
import { runPlain } from './plainPypy.ts';
import type { Watcher } from './liveServer.ts';

/** Long enough that the JIT's warm-up is a small part, short enough that the log stays under 100 MB. */
const SECONDS = 1.5;

/** A script that makes one call over and over, and prints how often a second. */
export const loop = (statement: string, seconds = SECONDS): string => `
import os, time
def burst(n):
    for _ in range(n): ${statement}
burst(2000)
begun, count = time.perf_counter(), 0
while time.perf_counter() - begun < ${seconds}:
    burst(1000); count += 1000
print('rate', count / (time.perf_counter() - begun))
`;

export const GETCWD = 'os.getcwd()';
export const STAT = "os.stat('/tmp')";

/** Calls a second that a loop printed. */
export const rateOf = (output: string): number => Number(/rate ([\d.]+)/.exec(output)?.[1]);

export async function plainRate(source: string): Promise<number> {
  return rateOf((await runPlain(source)).output);
}

export async function guestRate(watcher: Watcher, bench: string): Promise<number> {
  return rateOf((await watcher.watch(bench)).output);
}

export const perSecond = (rate: number): string => `${Math.round(rate).toLocaleString('en')}/s`;

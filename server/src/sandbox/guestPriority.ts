/**
 * Who is served first when everybody wants a processor: whoever has taken little of it so far.
 *
 * A few threads serve all guests, and most guests answer a person; one that computes without end is in no hurry. So a guest begins in the
 * ordinary place and moves back with the processor time that it has used. It never moves forward again: without root nobody may.
 *
 * Its calls do not count: while it asks, its thread shares out the time (`turns.ts`), and one that had moved back for having asked much would have
 * its slots there and no processor.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';

/** From so many seconds of processor time on, this place; each weighs a third of the one before. Lessons end before the first. */
const PLACES: readonly { readonly seconds: number; readonly nice: number }[] = [
  { seconds: 3, nice: 5 },
  { seconds: 10, nice: 10 },
];

/** What a guest needs to ask, and to look out for the answer as long as it ever does (channel.c). */
const SECONDS_A_CALL = 60e-6;

/** The place of one guest. */
export class GuestPriority {
  #nice = 0;

  /** To be told now and then what the guest has used, and how many calls it made. */
  used(pid: number, seconds: number, calls: number): void {
    const computed = seconds - calls * SECONDS_A_CALL;
    const nice = Math.max(this.#nice, PLACES.findLast((place) => computed >= place.seconds)?.nice ?? 0);
    if (nice === 0) return;
    const moved = nice !== this.#nice;
    this.#nice = nice;
    try {
      // The kernel has a place for each thread; a new one begins where the thread stands that made it.
      const threads = readdirSync(`/proc/${String(pid)}/task`);
      if (moved || threads.length > 1) for (const thread of threads) os.setPriority(Number(thread), nice);
      // Where the kernel shares out by session first, places only count within one.
      if (moved && leadsSession(pid)) writeFileSync(`/proc/${String(pid)}/autogroup`, String(nice));
    } catch {
      // It has ended, or this kernel refuses; then it keeps its place.
    }
  }
}

/** Whether its session is its own. Forks of one zygote share one, and must not be put back together. */
function leadsSession(pid: number): boolean {
  const stat = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3]) === pid;
}

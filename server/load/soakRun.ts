/**
 * An hour's worth of a class in minutes: students who start, stop, type, reload and reach limits by chance, somebody who kills guests and
 * what they are forked from, and checks in between that everything they used was given back.
 */
import { OwnServer } from './ownServer.ts';
import type { Leftovers } from './ownServer.ts';
import { isGuest, isZygote, takeCheckpoint } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import { familyOf } from './processes.ts';
import { Random } from './random.ts';
import { pause } from './scenario.ts';
import { SoakStudent } from './soakStudent.ts';
import type { SoakCounts } from './soakStudent.ts';
import { RUNS_KEPT_PER_BENCH } from '../src/sessions/pruneLogs.ts';
import { INDEXES_KEPT } from '../src/sessions/traceIndex/indexDesk.ts';

export interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
  readonly students: number;
  readonly report: (line: string) => void;
}

export interface SoakResult {
  readonly actions: ReadonlyMap<string, number>;
  readonly killed: number;
  readonly base: Checkpoint;
  readonly last: Checkpoint;
  readonly problems: readonly string[];
  readonly leftovers: Leftovers;
}

/** Students work for so long, then all leave and the server is looked at; at least so often in one soak. */
const SHIFT_MS = 45_000;
const LEAST_SHIFTS = 3;

const KILL_EVERY_MS = 1_500;
/** Share of the kills that meet a zygote, and with it all guests that were forked from it. */
const ZYGOTE_SHARE = 0.1;

/** Files of logs that the server keeps open for the next question: columns, texts and moments of each index. */
const OPEN_LOGS = INDEXES_KEPT * 3;

/** Caches and compiled code still grow a little after the first shift; what is leaked by the thousands of runs of a soak is more. */
const HEAP_GROWTH_MIB = 32;

/**
 * V8 keeps pages of the heaps of its threads for the next time, some 400 MiB at most; what this is to find lies outside of them: a
 * hundredth of the policies' memory that was not given back would be more.
 */
const PSS_GROWTH_MIB = 512;

/** A server that rests gives most of that back; only long soaks wait for it. */
const REST_MS = 30_000;
const REST_FROM_MINUTES = 2;
const PSS_GROWTH_RESTED_MIB = 128;

/** A type checker or zygote of the server that comes or goes takes descriptors of the server along: its streams and pipes. */
const DESCRIPTORS_PER_HELPER = 4;
/** Of a guest that was forked ahead: its two pipes, and that by which it is told of its birth. */
const DESCRIPTORS_PER_SPARE = 3;

export async function soak({ minutes, seed, students, report }: SoakOptions): Promise<SoakResult> {
  const chance = new Random(seed);
  const counts: SoakCounts = { actions: new Map(), problems: [] };
  const server = await OwnServer.start({ measured: true });
  const vandal = new Vandal(server, chance.fork());
  const class_ = Array.from(
    { length: students },
    (_, i) => new SoakStudent(`student ${i}`, server.url, chance.fork(), counts),
  );
  const shifts = Math.max(LEAST_SHIFTS, Math.round((minutes * 60_000) / SHIFT_MS));
  const shiftMs = (minutes * 60_000) / shifts;
  let base: Checkpoint | null = null;
  let last: Checkpoint | null = null;
  let leftovers: Leftovers;
  const note = (leaks: readonly string[]): void => void counts.problems.push(...leaks);
  try {
    for (let shift = 1; shift <= shifts; shift++) {
      const deadline = Date.now() + shiftMs;
      vandal.start();
      await Promise.all(class_.map((student) => student.work(deadline)));
      vandal.stop();
      last = await takeCheckpoint(server);
      report(`${String(shift).padStart(3)}/${shifts}  ${describe(last)}  ${counts.problems.length} problems`);
      if (base === null) base = last;
      else note(leaksBetween(base, last, students, PSS_GROWTH_MIB).map((leak) => `shift ${shift}: ${leak}`));
    }
    if (base !== null && minutes >= REST_FROM_MINUTES) {
      await pause(REST_MS);
      last = await takeCheckpoint(server);
      report(`   rested  ${describe(last)}`);
      note(leaksBetween(base, last, students, PSS_GROWTH_RESTED_MIB).map((leak) => `rested: ${leak}`));
    }
  } finally {
    vandal.stop();
    leftovers = await server.close();
  }
  const said = server.complaints.filter((line) => !line.split('\n').every((each) => EXPECTED.test(each)));
  return {
    actions: counts.actions,
    killed: vandal.killed,
    base: base!,
    last: last!,
    problems: [...counts.problems, ...said.map((line) => `the server said: ${line}`)],
    leftovers,
  };
}

/** What a server says when its zygotes are killed. */
const EXPECTED = /^sandtable: a zygote ended/;

class Vandal {
  killed = 0;
  readonly #server: OwnServer;
  readonly #chance: Random;
  #timer: NodeJS.Timeout | null = null;

  constructor(server: OwnServer, chance: Random) {
    this.#server = server;
    this.#chance = chance;
  }

  start(): void {
    this.#timer = setInterval(() => this.#strike(), KILL_EVERY_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #strike(): void {
    const family = familyOf(this.#server.pid).filter((entry) => !entry.zombie);
    const wanted = this.#chance.next() < ZYGOTE_SHARE ? isZygote : isGuest;
    const victims = family.filter((entry) => wanted(entry.name));
    if (victims.length === 0) return;
    try {
      process.kill(this.#chance.pick(victims).pid, 'SIGKILL');
      this.killed += 1;
    } catch {
      // It was quicker.
    }
  }
}

function describe(point: Checkpoint): string {
  return (
    `${point.guests} guests, ${point.zygotes} zygotes, ${point.checkers} checkers, ${point.descriptors} descriptors and ${point.openLogs} of logs, ${point.logFolders} logs, ` +
    `${point.temporaryFiles} temporary files, heap ${point.heapMiB.toFixed(1)} MiB, memory ${point.pssMiB.toFixed(0)} MiB`
  );
}

/** What is there that was not there before. */
function leaksBetween(base: Checkpoint, now: Checkpoint, benches: number, pssGrowth: number): string[] {
  const leaks: string[] = [];
  const most = (what: string, value: number, limit: number): void => {
    if (value > limit) leaks.push(`${what}: ${value.toFixed(0)}, at most ${limit.toFixed(0)} was expected`);
  };
  most('guests', now.guests, 0);
  const more = Math.max(0, now.zygotes - base.zygotes) + Math.max(0, now.checkers - base.checkers);
  const spares = Math.max(0, now.spares - base.spares);
  most(
    'descriptors',
    now.descriptors,
    base.descriptors + more * DESCRIPTORS_PER_HELPER + spares * DESCRIPTORS_PER_SPARE,
  );
  most('descriptors of logs', now.openLogs, OPEN_LOGS);
  most('logs', now.logFolders, benches * RUNS_KEPT_PER_BENCH);
  most('temporary files', now.temporaryFiles, base.temporaryFiles);
  most('heap in MiB', now.heapMiB, base.heapMiB + HEAP_GROWTH_MIB);
  most('memory in MiB', now.pssMiB, base.pssMiB + pssGrowth);
  return leaks;
}

/**
 * Performs an attack without a guest: the policy's own engine, the virtual world of a run, and the course that every call takes; only the
 * wire is missing. Each trial has a fresh world and a policy that remembers nothing of the one before.
 *
 * NEVER trust a trial alone: what it found is run in the real sandbox before anybody is told (`confirm.ts`).
 */
import type { Outcome } from '@sandtable/shared/policy/model';
import type { Property } from '@sandtable/shared/search/property';
import { encodeText } from '@sandtable/shared/text';
import type { RuleInfo } from '@sandtable/shared/verdicts';
import { CallCourse } from '../sandbox/callCourse.ts';
import { guestIdentity } from '../sandbox/guestIdentity.ts';
import { buildGuestWorld } from '../sandbox/guestWorld.ts';
import type { ActiveCall, GuestRun } from '../sandbox/handlers/handler.ts';
import { AlarmTimers } from '../sandbox/intervalTimers.ts';
import { loadPolicy } from '../sandbox/policy/loadPolicy.ts';
import { RequestResolver } from '../sandbox/requests.ts';
import { GuestStdio } from '../sandbox/tty/guestStdio.ts';
import { Waits } from '../sandbox/waits.ts';
import { worldChanges } from '../sandbox/world.ts';
import { limitsUnder } from '../sessions/labPart.ts';
import type { Asked } from '../sandbox/wire/asked.ts';
import { Judge, type Broken } from './judge.ts';
import { SCRIPT_PATH } from './places.ts';
import { initialFiles, networkOf, startFiles, underLab, type SearchLab } from './searchLab.ts';
import { descriptorsOf, isReading, type Step } from './steps.ts';
import { askedOf, type Known } from './stepCalls.ts';
import { witnessed, type Sighting } from './witness.ts';

/**
 * Longest that an attack may wait for an answer, in milliseconds: one that reads from its own empty socket would wait for ever. Nothing real
 * is waited for here, and the sleep of a policy takes no time.
 */
const STEP_MS = 60;

/** What became of a step. */
export interface StepEnd {
  /** It was not made: there was no descriptor or nothing read that it could speak of. */
  readonly skipped: boolean;
  readonly ok: boolean;
  /** Its answer came at once; for a step in a thread: nothing could come between. */
  readonly waited: boolean;
}

export interface Trial {
  readonly broken: Broken | null;
  /** Number of the step that broke it. */
  readonly at: number;
  /** The rule that let it through, and the call. */
  readonly rule: RuleInfo | null;
  readonly call: string | null;
  readonly steps: readonly StepEnd[];
}

export interface TrialSetting {
  readonly source: string;
  readonly property: Property;
  /** The interpreter's library on the machine; the world is the one that a guest would find. */
  readonly stdlib: string;
  /** Whose bench or check it is. */
  readonly lab?: SearchLab;
}

/** The world of the policy cannot be made: what it begins with does not fit into its quotas. */
export class UnfitWorld extends Error {}

type Loaded = Extract<Awaited<ReturnType<typeof loadPolicy>>, { readonly ok: true }>;

export class TrialRoom {
  readonly #setting: TrialSetting;
  #policy: Loaded | null = null;

  constructor(setting: TrialSetting) {
    this.#setting = setting;
  }

  async perform(steps: readonly Step[]): Promise<Trial> {
    const { engine } = await this.#fresh();
    const { property, stdlib, lab } = this.#setting;
    const judge = new Judge(property, initialFiles(engine.world, property, lab));
    const last: { sighting: Sighting | null } = { sighting: null };
    const seen = witnessed(engine, (sighting) => {
      if (sighting.request.access !== 'none' || last.sighting === null) last.sighting = sighting;
      judge.saw(sighting);
    });
    const limits = limitsUnder(engine.world.limits, lab?.part.limits);
    const identity = guestIdentity(engine.world.identity);
    let printed = '';
    const stdio = new GuestStdio(
      { kind: 'pipes' },
      { open: true, passed: () => undefined },
      {
        shown: (_fd, text) => {
          printed += text;
        },
        signal: () => undefined,
        typed: () => undefined,
      },
    );
    const built = buildGuestWorld({
      world: engine.world,
      identity,
      stdlib,
      siteCustomize: '',
      startText: '',
      files: startFiles(property, { path: SCRIPT_PATH, text: '' }, lab),
      folders: [],
      openTerminal: (opening) => stdio.openDevice(opening),
      memoryBytes: limits.heapBytes,
      onLimit: () => undefined,
      onChange: () => undefined,
    });
    if (!built.ok) throw built.code === 'quota' ? new UnfitWorld(built.message) : new Error(built.message);
    const { files, vfs } = built.world;
    stdio.install(files);
    stdio.eof();
    const waits = new Waits();
    const run: GuestRun = {
      ...networkOf(lab),
      files,
      terminal: null,
      waits,
      identity,
      limits,
      usage: () => ({ heapBytes: 0, userSeconds: 0, systemSeconds: 0 }),
      raise: () => undefined,
      waitsForInput: () => undefined,
      timers: new AlarmTimers(() => undefined),
      exiting: () => undefined,
      fatal: () => undefined,
    };
    engine.beginGuest();
    const answers = new Map<number, (answer: { call: ActiveCall; seen: Outcome }) => void>();
    const course = new CallCourse(
      {
        engine: seen,
        resolver: new RequestResolver(files),
        run,
        lines: false,
        script: SCRIPT_PATH,
        startFile: null,
        breakOff: (code) => {
          throw new Error(`trial.ts: broken off: ${code}`);
        },
        record: () => undefined,
        touched: () => undefined,
        begins: () => undefined,
        notice: () => undefined,
      },
      (id, _fid, call, answer) => {
        answers.get(id)?.({ call, seen: answer });
        answers.delete(id);
        return answer;
      },
      false,
    );
    let lastId = 0;
    const ask = (
      asked: Asked,
      thread: number,
    ): { readonly now: Answered | null; readonly later: Promise<Answered> } => {
      const id = ++lastId;
      let now: Answered | null = null;
      const { promise, resolve } = Promise.withResolvers<Answered>();
      answers.set(id, (answer) => {
        now = answer;
        resolve(answer);
      });
      course.take(id, 0, asked, thread, performance.now());
      return { now, later: promise };
    };
    const known: Known = { fds: [], reads: [] };
    const ends: StepEnd[] = [];
    const pending: Promise<unknown>[] = [];
    let at = -1;
    let guilty: Sighting | null = null;
    const look = (): boolean => {
      if (judge.broken === null) judge.looked(last.sighting === null ? [] : worldChanges(vfs), printed);
      if (judge.broken === null) return false;
      guilty ??= last.sighting;
      return true;
    };
    let threads = 1;
    for (const [index, step] of steps.entries()) {
      const asked = askedOf(step, known);
      if (asked === null) {
        ends.push({ skipped: true, ok: false, waited: false });
        continue;
      }
      const inThread = step.do === 'open' && step.thread;
      const { now, later } = ask(asked, inThread ? ++threads : 1);
      if (inThread && now === null) {
        pending.push(later);
        ends.push({ skipped: false, ok: true, waited: true });
        continue;
      }
      const answer = now ?? (await within(later));
      if (answer === null) {
        ends.push({ skipped: false, ok: false, waited: true });
        break;
      }
      ends.push({ skipped: false, ok: answer.seen.ok, waited: now === null });
      learn(step, answer, known);
      if (look()) {
        at = index;
        break;
      }
    }
    if (at < 0 && pending.length > 0) {
      await within(Promise.all(pending));
      if (look()) at = steps.length - 1;
    }
    waits.dropAll();
    course.end();
    files.closeAll();
    built.world.dispose();
    const found = guilty as Sighting | null;
    return {
      broken: judge.broken,
      at,
      rule: found?.rule ?? null,
      call: found?.request.call ?? null,
      steps: ends,
    };
  }

  dispose(): void {
    this.#policy?.engine.dispose();
    this.#policy = null;
  }

  /** The policy as it is at the beginning of a run. */
  async #fresh(): Promise<Loaded> {
    if (this.#policy !== null) {
      if (this.#policy.rewind()) return this.#policy;
      this.dispose();
    }
    const loaded = await loadPolicy(this.#setting.source, {
      replay: true,
      rewindable: true,
      ...underLab(this.#setting.lab),
    });
    if (!loaded.ok)
      throw new Error(`trial.ts: a policy that was not checked: ${loaded.diagnostics[0]?.message ?? ''}`);
    this.#policy = loaded;
    return loaded;
  }
}

interface Answered {
  readonly call: ActiveCall;
  readonly seen: Outcome;
}

function learn(step: Step, { call, seen }: Answered, known: Known): void {
  if (isReading(step)) {
    const native =
      seen.ok && seen === call.outcome && call.native?.kind === 'bytes' ? call.native.bytes : null;
    const bytes = native ?? (seen.ok && typeof seen.value === 'string' ? encodeText(seen.value) : null);
    known.reads.push(bytes === null ? null : new Uint8Array(bytes));
    return;
  }
  const count = descriptorsOf(step);
  if (count === 0) return;
  const value = seen.ok ? seen.value : null;
  const got = count === 2 ? (Array.isArray(value) ? value : [null, null]) : [value];
  for (const each of got) known.fds.push(typeof each === 'number' ? each : null);
}

async function within<T>(work: Promise<T>): Promise<T | null> {
  const { promise, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => {
    resolve(null);
  }, STEP_MS);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The zygotes of one thread: which there are, and who gets one.
 *
 * A start that no zygote fits is made from nothing, and a fitting zygote is started for the next one. Whoever comes while that one is being
 * started does better to wait for it than to start from nothing beside it: see {@link Zygotes.awaitStarting}.
 */
import type { RunMode } from '@sandtable/shared/events';
import { clampLimits } from '@sandtable/shared/limits';
import type { PolicyEngine, RunLimits } from '@sandtable/shared/policy/model';
import { guestIdentity } from './guestIdentity.ts';
import type { Stdio } from './runHandle.ts';
import { Zygote } from './zygote.ts';
import type { ZygoteSpec } from './zygoteStart.ts';
import { logFailure } from '../serverLog.ts';

/** What the start of such a guest depends on. */
export function zygoteSpecOf(
  engine: Pick<PolicyEngine, 'world' | 'judgesTime'>,
  mode: RunMode,
  stdio: Stdio,
  limits: RunLimits,
  cold = false,
): ZygoteSpec {
  return {
    started: !cold,
    // What only a start sees is no matter before it.
    stdio: cold ? 'tty' : stdio.kind,
    mode,
    heapBytes: limits.heapBytes,
    environment: guestIdentity(engine.world.identity).environment,
    marshalTime: engine.judgesTime,
    modules: cold ? [] : (engine.world.modules ?? []),
  };
}

/** Kinds of start that are kept ready, some 20 MB each: a class has one lab, and a few who change what it starts with. */
const MAX_ZYGOTES = 6;

/** One that could not be started, or ended, is not tried again before this. */
const RETRY_MS = 5_000;

/** A zygote that has not come by then is no longer waited for: some hundred milliseconds are enough, on a machine with ten times too much to do as well. */
const AWAIT_MS = 5_000;

interface Entry {
  readonly zygote: Zygote;
  /** Whether it came to be ready; resolves once. */
  readonly prepared: Promise<boolean>;
  used: number;
}

export class Zygotes {
  readonly #stdlib: string;
  readonly #entries = new Map<string, Entry>();
  /** Replaced by others, and kept while guests of theirs live. */
  readonly #retired = new Set<Zygote>();
  readonly #failed = new Map<string, number>();
  #closed = false;

  constructor(stdlib: string) {
    this.#stdlib = stdlib;
  }

  /** One that can fork at once; null where there is none (yet). */
  get(spec: ZygoteSpec): Zygote | null {
    if (this.#closed) return null;
    const key = JSON.stringify(spec);
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      this.#start(key, spec);
      return null;
    }
    entry.used = performance.now();
    return entry.zygote.state === 'ready' ? entry.zygote : null;
  }

  /** Sees to it that there is one for starts like this; whether there is. For before anybody waits. */
  prepare(spec: ZygoteSpec): Promise<boolean> {
    this.get(spec);
    return this.#entries.get(JSON.stringify(spec))?.prepared ?? Promise.resolve(false);
  }

  /**
   * Resolves when one that is being started for starts like this is ready, or will not be; at once where none is being started. A class that
   * presses Run when the server has just begun would otherwise have its processors start as many interpreters from nothing, and keep 20 MB more for
   * each of them as long as it lives.
   */
  async awaitStarting(spec: ZygoteSpec): Promise<void> {
    const entry = this.#entries.get(JSON.stringify(spec));
    if (entry?.zygote.state !== 'starting') return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, AWAIT_MS);
    await Promise.race([entry.prepared, promise]);
    clearTimeout(timer);
  }

  /** Ends all, and the guests that were forked from them. */
  close(): void {
    this.#closed = true;
    for (const { zygote } of this.#entries.values()) zygote.close();
    for (const zygote of this.#retired) zygote.close();
  }

  #start(key: string, spec: ZygoteSpec): void {
    const failed = this.#failed.get(key);
    if (failed !== undefined && performance.now() - failed < RETRY_MS) return;
    this.#failed.delete(key);
    this.#makeRoom();
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const zygote = new Zygote(spec, this.#stdlib, clampLimits({}), (changed) => {
      resolve(changed.state === 'ready');
      if (changed.state !== 'ended') return;
      this.#retired.delete(changed);
      if (this.#entries.get(key)?.zygote !== changed) return;
      this.#entries.delete(key);
      if (this.#closed) return;
      logFailure('a zygote ended', changed.problem);
      this.#failed.set(key, performance.now());
    });
    this.#entries.set(key, { zygote, prepared: promise, used: performance.now() });
  }

  #makeRoom(): void {
    while (this.#entries.size >= MAX_ZYGOTES) {
      const [key, { zygote }] = [...this.#entries].reduce((oldest, entry) =>
        entry[1].used < oldest[1].used ? entry : oldest,
      );
      this.#entries.delete(key);
      this.#retired.add(zygote);
      this.#closeWhenAlone(zygote);
    }
  }

  #closeWhenAlone(zygote: Zygote): void {
    if (zygote.guests === 0) zygote.close();
    else setTimeout(() => this.#closeWhenAlone(zygote), RETRY_MS).unref();
  }
}

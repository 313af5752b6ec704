/**
 * One QuickJS for one policy: a WebAssembly instance with memory of its own, released as a whole.
 *
 * Two guards watch every entry. QuickJS's own interrupt raises an error in the policy at the deadline, after which the instance goes
 * on. The fuel meter (`fuelMeter.ts`) breaks off whatever the interrupt does not reach, by an exception of ours that unwinds
 * through the module: its state is then undefined.
 *
 * NEVER enter an instance again after anything but a QuickJS error came out of it: {@link QuickJsInstance.broken} stays true.
 */
import variant from '@jitl/quickjs-wasmfile-release-sync';
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSRuntime,
  type QuickJSSyncVariant,
} from 'quickjs-emscripten-core';
import type { PolicyPlatform } from './platform.ts';
import { FUEL_EXPORT, meterFuel } from './fuelMeter.ts';
import { CPU_SAMPLE_MS, FUEL, GRACE_MS, MEMORY_BYTES, MEMORY_PAGES, STACK_BYTES } from './policyLimits.ts';

// Its types are written for CommonJS; what Node imports is the variant itself.
const VARIANT = variant as unknown as QuickJSSyncVariant;

interface Metered {
  readonly module: WebAssembly.Module;
  readonly meterImport: { readonly module: string; readonly name: string };
}

const metered = new WeakMap<PolicyPlatform, Promise<Metered>>();

/** The module with its meter, compiled once a thread. */
function meteredModule(platform: PolicyPlatform): Promise<Metered> {
  let module = metered.get(platform);
  if (module === undefined) {
    module = platform.quickjs().then((file) => {
      const { bytes, meterImport } = meterFuel(file);
      return { module: new WebAssembly.Module(bytes), meterImport };
    });
    metered.set(platform, module);
    // What could not be fetched now may be there later.
    module.catch(() => metered.delete(platform));
  }
  return module;
}

/** Thrown through the module by the meter. */
class FuelSpent extends Error {}

/** How an entry ended. */
export type Entered<T> =
  | { readonly ok: true; readonly value: T }
  /** The instance is broken. `cause` as the verdict will say it. */
  | { readonly ok: false; readonly cause: 'policy-timeout' | 'policy-memory'; readonly message: string };

export class QuickJsInstance {
  readonly context: QuickJSContext;
  /** Whether the interrupt fired in the entry under way or just over. */
  interrupted = false;
  broken = false;
  readonly #runtime: QuickJSRuntime;
  readonly #clock: Clock;
  readonly #memory: WebAssembly.Memory;
  /** The memory up to its last byte in use, as {@link mark} found it. */
  #marked: Uint8Array | null = null;

  private constructor(runtime: QuickJSRuntime, clock: Clock, memory: WebAssembly.Memory) {
    this.#runtime = runtime;
    this.#clock = clock;
    this.#memory = memory;
    runtime.setMemoryLimit(MEMORY_BYTES);
    runtime.setMaxStackSize(STACK_BYTES);
    runtime.setInterruptHandler(() => {
      if (!clock.isOver(0)) return false;
      this.interrupted = true;
      return true;
    });
    this.context = runtime.newContext();
  }

  static async create(platform: PolicyPlatform): Promise<QuickJsInstance> {
    const { module, meterImport } = await meteredModule(platform);
    const clock = new Clock(platform);
    const silent = (): void => {
      /* A broken module would print to the server's own output. */
    };
    const memory = new WebAssembly.Memory({ initial: MEMORY_PAGES, maximum: MEMORY_PAGES });
    const quickjs = await newQuickJSWASMModuleFromVariant(
      newVariant(VARIANT, {
        wasmMemory: memory,
        emscriptenModule: {
          print: silent,
          printErr: silent,
          instantiateWasm: (imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) => {
            const instance = new WebAssembly.Instance(module, withMeter(imports, meterImport, clock));
            clock.attach(instance.exports[FUEL_EXPORT] as WebAssembly.Global<'i32'>);
            done(instance);
            return instance.exports;
          },
        } as never,
      }),
    );
    return new QuickJsInstance(quickjs.newRuntime(), clock, memory);
  }

  get runtime(): QuickJSRuntime {
    return this.#runtime;
  }

  /** Milliseconds that the entry just over is to be charged for. */
  get charge(): number {
    return this.#clock.charge();
  }

  /** Runs `work`, which may use the context, for about `ms` milliseconds at most. Handles left over are the caller's. */
  enter<T>(ms: number, work: () => T): Entered<T> {
    this.interrupted = false;
    this.#clock.start(ms);
    try {
      return { ok: true, value: work() };
    } catch (error) {
      this.broken = true;
      if (error instanceof FuelSpent) {
        return {
          ok: false,
          cause: 'policy-timeout',
          message: 'The policy was in one operation for too long and has been ended.',
        };
      }
      return {
        ok: false,
        cause: 'policy-memory',
        message: 'The policy used up its stack or memory and has been ended.',
      };
    }
  }

  /**
   * Remembers everything that the policy is now, for {@link rewind}. All of it lies in the memory, which cannot grow; between two
   * entries nothing is on the stack.
   */
  mark(): void {
    const bytes = new Uint8Array(this.#memory.buffer);
    let end = bytes.length;
    while (end > 0 && bytes[end - 1] === 0) end -= 1;
    this.#marked = bytes.slice(0, end);
  }

  /**
   * Makes the policy what it was at the mark; false where that cannot be done, and a new one has to be made. What was allocated since
   * lies beyond what the allocator then knows of, and is cleared when it is handed out again. NEVER while a function is under way, and
   * never with handles made since the mark.
   */
  rewind(): boolean {
    if (this.broken || this.#marked === null) return false;
    new Uint8Array(this.#memory.buffer).set(this.#marked);
    return true;
  }

  /** Lets go of the memory. A broken instance is not asked to tidy up: it goes with its memory. */
  dispose(): void {
    if (this.broken) return;
    this.broken = true;
    this.#clock.start(GRACE_MS);
    try {
      this.context.dispose();
      this.#runtime.dispose();
    } catch {
      // Handles that the policy made us leave behind; they go with the memory as well.
    }
  }
}

/**
 * Time of one entry. The wall clock is asked often, because it is cheap; the processor's clock only where that says that much time
 * has passed, and it decides.
 */
class Clock {
  readonly #platform: PolicyPlatform;
  #fuel: WebAssembly.Global<'i32'> | null = null;
  #began = 0;
  #ms = Infinity;
  /** The latest look at the processor's clock before the entry, and when that was. */
  #cpu = 0;
  #cpuAt = -Infinity;

  constructor(platform: PolicyPlatform) {
    this.#platform = platform;
  }

  attach(fuel: WebAssembly.Global<'i32'>): void {
    this.#fuel = fuel;
    fuel.value = FUEL;
  }

  start(ms: number): void {
    this.#began = performance.now();
    this.#ms = ms;
    this.#fuel!.value = FUEL;
    if (this.#began - this.#cpuAt < CPU_SAMPLE_MS) return;
    this.#cpuAt = this.#began;
    this.#cpu = this.#platform.threadMs();
  }

  get empty(): boolean {
    return this.#fuel !== null && this.#fuel.value < 0;
  }

  refill(): void {
    this.#fuel!.value = FUEL;
  }

  /** Whether the entry has had its time and `grace` milliseconds more. */
  isOver(grace: number): boolean {
    const allowed = this.#ms + grace;
    return (
      performance.now() - this.#began >= allowed &&
      this.#platform.threadMs() - this.#cpu >= allowed + CPU_SAMPLE_MS
    );
  }

  charge(): number {
    const elapsed = performance.now() - this.#began;
    return elapsed < CHEAP_MS ? elapsed : Math.min(elapsed, this.#platform.threadMs() - this.#cpu);
  }
}

/** Up to here the wall clock is close enough. */
const CHEAP_MS = 1;

function withMeter(
  imports: WebAssembly.Imports,
  meterImport: { module: string; name: string },
  clock: Clock,
): WebAssembly.Imports {
  const original = imports[meterImport.module]![meterImport.name] as () => void;
  const meter = (): void => {
    if (!clock.empty) {
      original();
      return;
    }
    if (clock.isOver(GRACE_MS)) throw new FuelSpent();
    clock.refill();
  };
  return { ...imports, [meterImport.module]: { ...imports[meterImport.module], [meterImport.name]: meter } };
}

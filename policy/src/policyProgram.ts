/**
 * A policy's source in its QuickJS: evaluated once, then entered through a handful of functions that speak JSON text.
 *
 * Nothing that lives in QuickJS leaves this file except text.
 */
import type { QuickJSContext, QuickJSHandle } from 'quickjs-emscripten-core';
import {
  LOAD_MS,
  LONG_MESSAGE_CHARS,
  MAX_JOBS,
  MAX_MESSAGE_CHARS,
  MAX_MESSAGE_VALUES,
} from './policyLimits.ts';
import type { SourcePosition } from '@sandtable/shared/verdicts';
import type { PolicyPlatform } from './platform.ts';
import type { Failure, Program, Said } from './program.ts';
import { QuickJsInstance } from './quickjsInstance.ts';
import { moduleName, moduleSource } from './sandtableSource.ts';
import { transpile } from './transpile.ts';

export type OpenedProgram =
  /** `description`: JSON text of what the policy says, not checked yet. */
  | {
      readonly ok: true;
      readonly program: PolicyProgram;
      readonly description: string;
      readonly printed: string;
    }
  | { readonly ok: false; readonly failure: Failure };

const ENTRIES = ['describe', 'dispatch', 'resume', 'forget', 'wake', 'drain'] as const;
type EntryName = (typeof ENTRIES)[number];

const PLACE = /policy\.ts:(\d+):(\d+)/;

export class PolicyProgram implements Program {
  readonly #instance: QuickJsInstance;
  readonly #context: QuickJSContext;
  readonly #original: (line: number, column: number) => SourcePosition;
  readonly #entries = new Map<EntryName, QuickJSHandle>();

  private constructor(instance: QuickJsInstance, original: (line: number, column: number) => SourcePosition) {
    this.#instance = instance;
    this.#context = instance.context;
    this.#original = original;
  }

  /** Evaluates the source; takes at most some hundred milliseconds whatever the source. */
  static async open(source: string, platform: PolicyPlatform): Promise<OpenedProgram> {
    const transpiled = transpile(source, platform);
    if (!transpiled.ok) {
      const { line, column, message } = transpiled;
      return { ok: false, failure: { code: 'policy-threw', message, at: { line, column } } };
    }
    const program = new PolicyProgram(await QuickJsInstance.create(platform), transpiled.original);
    const described = program.#load(transpiled.code, platform);
    if (!described.ok) {
      program.dispose();
      const { failure } = described;
      return { ok: false, failure: { ...failure, at: failure.at ?? importPlace(source, failure.message) } };
    }
    const printed = program.enter('drain', '');
    return { ok: true, program, description: described.text, printed: printed.ok ? printed.text : '' };
  }

  get ended(): boolean {
    return this.#instance.broken;
  }

  /** The place in policy.ts of `line:column` in what was evaluated; null for anything else. */
  place(text: unknown): SourcePosition | null {
    const found = typeof text === 'string' ? /^(\d+):(\d+)$/.exec(text) : null;
    return found === null ? null : this.#original(Number(found[1]), Number(found[2]));
  }

  /** Calls one of the module's functions, which all take a text and give one. */
  enter(name: Exclude<EntryName, 'describe'>, text: string, ms = LOAD_MS): Said {
    return this.#said(ms, () => {
      const handle = this.#context.newString(text);
      const result = this.#context.callFunction(this.#entries.get(name)!, this.#context.undefined, handle);
      handle.dispose();
      return this.#textOf(result);
    });
  }

  /** Remembers what the policy is now; see `QuickJsInstance`. */
  mark(): void {
    this.#instance.mark();
  }

  /** Makes it that again; false where it has ended or was never marked. */
  rewind(): boolean {
    return this.#instance.rewind();
  }

  /** Milliseconds that the last entry is to be charged for. */
  get charge(): number {
    return this.#instance.charge;
  }

  get hasJobs(): boolean {
    return !this.#instance.broken && this.#instance.runtime.hasPendingJob();
  }

  /** Runs the continuations of promises that became ready. */
  runJobs(ms: number): Failure | null {
    const said = this.#said(ms, () => {
      const { runtime } = this.#instance;
      const result = runtime.executePendingJobs(MAX_JOBS);
      if (result.error !== undefined) {
        const failure = this.#failureOf(result.error);
        result.error.dispose();
        return { ok: false, failure };
      }
      result.dispose();
      if (!runtime.hasPendingJob()) return { ok: true, text: '' };
      this.#instance.broken = true;
      return {
        ok: false,
        failure: {
          code: 'policy-timeout',
          message: 'The policy makes promises without end and has been ended.',
          at: null,
        },
      };
    });
    return said.ok ? null : said.failure;
  }

  dispose(): void {
    if (!this.#instance.broken)
      for (const handle of this.#entries.values()) if (handle.alive) handle.dispose();
    this.#instance.dispose();
  }

  #load(code: string, platform: PolicyPlatform): Said {
    const { runtime } = this.#instance;
    // The refusal is the loader's, because an error of the second function would not come through.
    const refused = 'refused:';
    runtime.setModuleLoader(
      (name) =>
        (name.startsWith(refused) ? undefined : moduleSource(name, platform)) ?? {
          error: new TypeError(
            `A policy may import 'sandtable' and nothing else, not '${name.replace(refused, '').slice(0, 60)}'.`,
          ),
        },
      (from, name) => moduleName(from, name) ?? `${refused}${name}`,
    );
    const host = this.#said(LOAD_MS, () => {
      const result = this.#context.evalCode(`export * from 'sandtable:host'; import 'sandtable';`, 'host', {
        type: 'module',
      });
      if (result.error !== undefined) return this.#textOf(result);
      for (const name of ENTRIES) this.#entries.set(name, this.#context.getProp(result.value, name));
      result.value.dispose();
      return { ok: true, text: '' };
    });
    if (!host.ok)
      throw new Error(`policyProgram.ts: the module 'sandtable' does not load: ${host.failure.message}`);
    return this.#said(LOAD_MS, () => {
      const result = this.#context.evalCode(code, 'policy.ts', { type: 'module' });
      if (result.error !== undefined) return this.#textOf(result);
      const exports = this.#settled(result.value);
      if (!exports.ok) return exports;
      const spec = this.#context.getProp(exports.handle, 'default');
      const tests = this.#context.getProp(exports.handle, 'tests');
      const described = this.#context.callFunction(
        this.#entries.get('describe')!,
        this.#context.undefined,
        spec,
        tests,
      );
      tests.dispose();
      spec.dispose();
      exports.handle.dispose();
      return this.#textOf(described);
    });
  }

  /** A module with `await` at its top comes as a promise; jobs are run once, and then it must be there. */
  #settled(handle: QuickJSHandle): { ok: true; handle: QuickJSHandle } | { ok: false; failure: Failure } {
    const state = this.#context.getPromiseState(handle);
    if (state.type === 'fulfilled') {
      if (!state.notAPromise) handle.dispose();
      return { ok: true, handle: state.value };
    }
    if (state.type === 'rejected') {
      const failure = this.#failureOf(state.error);
      state.error.dispose();
      handle.dispose();
      return { ok: false, failure };
    }
    const jobs = this.#instance.runtime.executePendingJobs(MAX_JOBS);
    if (jobs.error !== undefined) {
      const failure = this.#failureOf(jobs.error);
      jobs.error.dispose();
      return { ok: false, failure };
    }
    jobs.dispose();
    if (this.#context.getPromiseState(handle).type === 'pending') {
      handle.dispose();
      return {
        ok: false,
        failure: {
          code: 'policy-timeout',
          message: 'A policy cannot wait (await) while it is loaded.',
          at: null,
        },
      };
    }
    return this.#settled(handle);
  }

  #said(ms: number, work: () => Said): Said {
    if (this.#instance.broken) {
      return {
        ok: false,
        failure: { code: 'policy-timeout', message: 'The policy has been ended.', at: null },
      };
    }
    const entered = this.#instance.enter(ms, work);
    if (entered.ok) return entered.value;
    return { ok: false, failure: { code: entered.cause, message: entered.message, at: null } };
  }

  #textOf(result: { error: QuickJSHandle } | { error?: undefined; value: QuickJSHandle }): Said {
    if (result.error !== undefined) {
      const failure = this.#failureOf(result.error);
      result.error.dispose();
      return { ok: false, failure };
    }
    // The functions of our module give nothing but text, and no policy can replace them.
    const text = this.#context.getString(result.value);
    result.value.dispose();
    const fits =
      text.length <= LONG_MESSAGE_CHARS ||
      (text.length <= MAX_MESSAGE_CHARS && valuesIn(text) <= MAX_MESSAGE_VALUES);
    if (fits) return { ok: true, text };
    return {
      ok: false,
      failure: {
        code: 'policy-nonsense',
        message: 'The policy answered with more text than any call has.',
        at: null,
      },
    };
  }

  #failureOf(error: QuickJSHandle): Failure {
    if (this.#instance.interrupted) {
      return {
        code: 'policy-timeout',
        message: 'The policy took too long.',
        at: this.#placeIn(this.#property(error, 'stack')),
      };
    }
    const name = this.#property(error, 'name');
    const message = this.#property(error, 'message');
    const at = this.#placeIn(this.#property(error, 'stack'));
    // What cannot even be thrown for lack of memory comes out as null.
    if (message === 'out of memory' || this.#context.typeof(error) !== 'object' || message === '') {
      if (message === 'out of memory' || this.#context.sameValue(error, this.#context.null)) {
        return { code: 'policy-memory', message: 'The policy used up its memory.', at };
      }
    }
    const text = `${name === '' ? 'Error' : name}: ${message}`.slice(0, 400);
    return {
      code: message === 'stack overflow' ? 'policy-memory' : 'policy-threw',
      message: name === 'TypeError' || name === '' ? message.slice(0, 400) || text : text,
      at,
    };
  }

  #placeIn(stack: string): SourcePosition | null {
    const found = PLACE.exec(stack);
    return found === null ? null : this.#original(Number(found[1]), Number(found[2]));
  }

  #property(handle: QuickJSHandle, name: string): string {
    if (this.#context.typeof(handle) !== 'object') return '';
    const property = this.#context.getProp(handle, name);
    try {
      return this.#context.typeof(property) === 'string' ? this.#context.getString(property) : '';
    } finally {
      property.dispose();
    }
  }
}

/** Where the module stands that a message names: the linker of QuickJS does not say. */
function importPlace(source: string, message: string): SourcePosition | null {
  const name = /nothing else, not '(.*)'\.$/s.exec(message)?.[1];
  if (name === undefined) return null;
  const offset = Math.max(source.indexOf(`'${name}`), source.indexOf(`"${name}`));
  if (offset < 0) return null;
  const before = source.slice(0, offset).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

/** Counts what JSON text would become, because millions of empty lists take a hundred times the room of their text. */
function valuesIn(text: string): number {
  let values = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      for (at += 1; at < text.length && text.charCodeAt(at) !== 0x22; at++)
        if (text.charCodeAt(at) === 0x5c) at += 1;
    } else if (code === 0x2c || code === 0x5b || code === 0x7b) values += 1;
  }
  return values;
}

/**
 * Which interpreter guests are, and whether it can run here: the distribution's PyPy under our host, or a classic sandbox, a PyPy
 * that somebody translated with `--sandbox`.
 */
import { classicState, type ClassicEngine } from './classic/classicEngine.ts';
import { engineState, type EngineProblem } from './hostCommand.ts';

export type Interpreter =
  | { readonly kind: 'pypy' }
  /** By the path of its executable. */
  | { readonly kind: 'classic'; readonly executable: string };

export type ReadyInterpreter =
  | {
      readonly ok: true;
      readonly kind: 'pypy';
      readonly name: string;
      /** Its library on the machine. */
      readonly stdlib: string;
    }
  | { readonly ok: true; readonly kind: 'classic'; readonly name: string; readonly engine: ClassicEngine };

export type InterpreterState =
  ReadyInterpreter | { readonly ok: false; readonly problems: readonly EngineProblem[] };

/** The interpreter of runs that name none: `SANDTABLE_CLASSIC` is the path of a classic sandbox. */
export function usualInterpreter(env: NodeJS.ProcessEnv = process.env): Interpreter {
  const executable = env['SANDTABLE_CLASSIC'];
  return executable === undefined || executable === '' ? { kind: 'pypy' } : { kind: 'classic', executable };
}

/** Looked up once for each. */
export async function interpreterState(which: Interpreter = usualInterpreter()): Promise<InterpreterState> {
  if (which.kind === 'classic') {
    const state = await classicState(which.executable);
    return state.ok
      ? { ok: true, kind: 'classic', name: state.engine.name, engine: state.engine }
      : { ok: false, problems: state.problems };
  }
  const state = await engineState();
  return state.ok
    ? { ok: true, kind: 'pypy', name: state.name, stdlib: state.stdlib }
    : { ok: false, problems: state.problems };
}

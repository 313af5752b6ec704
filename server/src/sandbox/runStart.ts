/**
 * What a run starts with, as its options say: the guest's arguments, its world, its process, and the beginning of its log.
 *
 * Nothing here is kept: `runGuest.ts` holds what is made, and lets go of it.
 */
import { TRACE_VERSION } from '@sandtable/shared/events';
import { classicCommand } from './classic/classicCommand.ts';
import { classicGuest } from './classic/classicGuest.ts';
import type { GuestIdentity } from './guestIdentity.ts';
import { coldOrigin, type OriginOf } from './guestOrigin.ts';
import { buildGuestWorld, type GuestWorldOptions, type GuestWorldResult } from './guestWorld.ts';
import { hostCommand } from './hostCommand.ts';
import { hostedGuest } from './hostedGuest.ts';
import { CLASSIC_PROGRAM, GUEST_PROGRAM } from './interpreterFiles.ts';
import type { InterpreterState, ReadyInterpreter } from './interpreters.ts';
import type { GuestCalls, LiveGuest, LiveGuestListener } from './liveGuest.ts';
import type { RunOptions } from './runHandle.ts';
import type { SideEvent } from './sink.ts';
import { siteCustomize, startText } from './siteCustomize.ts';
import type { Zygote } from './zygote.ts';
import { zygoteSpecOf } from './zygotes.ts';

/** Guest path of the script; null at the prompt. */
export function scriptOf({ mode, script }: RunOptions): string | null {
  return mode === 'script' ? (script ?? '/tmp/script.py') : null;
}

/** What the program finds in `sys.argv`; empty at the prompt. */
function scriptArgv(options: RunOptions): readonly string[] {
  const script = scriptOf(options);
  return script === null ? [] : [script, ...(options.args ?? [])];
}

/** The guest's arguments, with the name of its program. */
export function argvOf(options: RunOptions, isClassic: boolean): readonly string[] {
  const program = isClassic ? CLASSIC_PROGRAM : GUEST_PROGRAM;
  return options.mode === 'script'
    ? [program, ...scriptArgv(options)]
    : [program, '-i', ...(options.args ?? [])];
}

/** One that started as this guest has to; null where the interpreter is to be started from nothing. */
export function zygoteOf({ engine, limits, mode, stdio, zygotes, cold }: RunOptions): Zygote | null {
  return zygotes?.get(zygoteSpecOf(engine, mode, stdio, limits, cold)) ?? null;
}

/** What every log begins with, up to the first phase. */
export function beginningOf(
  { run, engine, limits, mode, policy, lines }: RunOptions,
  state: InterpreterState,
  argv: readonly string[],
  prelude: Zygote['prelude'],
): readonly SideEvent[] {
  return [
    {
      type: 'start',
      version: TRACE_VERSION,
      run,
      at: new Date().toISOString(),
      mode,
      argv,
      engine: state.ok ? state.name : 'PyPy',
      policy,
      limits,
      ...(engine.audit === true ? { audit: true as const } : {}),
      ...(prelude === null ? {} : { prelude }),
      ...(lines === true ? { lines: true as const } : {}),
    },
    ...engine.rules.map((rule) => ({ type: 'rule' as const, rule })),
  ];
}

export function worldOfRun(
  options: RunOptions,
  state: ReadyInterpreter,
  identity: GuestIdentity,
  listener: Pick<GuestWorldOptions, 'openTerminal' | 'onLimit' | 'onChange'>,
): GuestWorldResult {
  const { engine, limits } = options;
  return buildGuestWorld({
    world: engine.world,
    identity,
    ...(state.kind === 'classic'
      ? { classicLibrary: state.engine.library }
      : {
          stdlib: state.stdlib,
          siteCustomize: siteCustomize({ modules: engine.world.modules ?? [], forked: false }),
          startText: startText(
            scriptArgv(options),
            engine.raising,
            options.lines === true ? '*' : engine.restrained,
          ),
        }),
    files: options.files,
    folders: options.folders ?? [],
    memoryBytes: limits.heapBytes,
    ...listener,
  });
}

export interface GuestStart {
  readonly state: ReadyInterpreter;
  readonly argv: readonly string[];
  readonly identity: GuestIdentity;
  readonly uid: number | null;
  /** Where it was forked already; null where the interpreter is to be started from nothing. */
  readonly forked: OriginOf | null;
}

export function guestOf(
  { state, argv, identity, uid, forked }: GuestStart,
  { engine, limits }: RunOptions,
  calls: GuestCalls,
  listener: LiveGuestListener,
): LiveGuest {
  if (state.kind === 'classic')
    return classicGuest(
      classicCommand({ ...state.engine, limits, uid, argv: argv.slice(1) }),
      calls,
      listener,
    );
  const { environment } = identity;
  const { judgesTime } = engine;
  const cold = (): OriginOf =>
    coldOrigin(hostCommand({ limits, environment, marshalTime: judgesTime, uid, argv: argv.slice(1) }));
  return hostedGuest(forked ?? cold(), forked === null ? null : cold(), calls, listener);
}

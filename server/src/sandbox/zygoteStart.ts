/**
 * The start of a zygote's interpreter, in a world that holds nothing but the interpreter's library.
 *
 * Its controller leaves one request unanswered: the opening of {@link START_FILE}, which `sitecustomize` makes last. There the zygote is ready. A
 * start that left a descriptor or a thread behind is not: each guest would have it.
 *
 * Invariant. No file of a person is in this world, and it is not given anybody's request.
 */
import { readdirSync } from 'node:fs';
import type { CallEvent, Prelude } from '@sandtable/shared/events';
import { createEngine } from '@sandtable/shared/policy/engine';
import type { RunLimits, WorldSpec } from '@sandtable/shared/policy/model';
import { Controller } from './controller.ts';
import { guestIdentity } from './guestIdentity.ts';
import type { OriginOf } from './guestOrigin.ts';
import { GuestProcess } from './guestProcess.ts';
import { buildGuestWorld, GUEST_PROGRAM } from './guestWorld.ts';
import { AlarmTimers } from './intervalTimers.ts';
import { RequestResolver } from './requests.ts';
import { siteCustomize, START_FILE } from './siteCustomize.ts';
import { GuestStdio } from './tty/guestStdio.ts';
import { Waits } from './waits.ts';

/** What a start depends on; guests that agree in it can be forked from one zygote. */
export interface ZygoteSpec {
  /** Whether the interpreter has started before the fork; else each guest starts its own, in a host that is loaded and hooked. */
  readonly started: boolean;
  readonly stdio: 'tty' | 'pipes';
  readonly mode: 'script' | 'repl';
  readonly heapBytes: number;
  /** `NAME=value`, as the guest sees it. */
  readonly environment: readonly string[];
  readonly marshalTime: boolean;
  /** Modules that are imported before the fork. */
  readonly modules: readonly string[];
}

/** What the interpreter may have open when it is forked: a guest's world begins with these and no others. */
const STANDARD_STREAMS = 3;

/**
 * What the prompt itself imports before it asks for the first line: some 7 MB of every guest's own, if it were done after the fork. Not
 * `pyrepl.readline`, which makes copies of the descriptors of the terminal.
 */
const PROMPT_MODULES: readonly string[] = [
  '_pypy_interact',
  'code',
  'pyrepl.completing_reader',
  'pyrepl.historical_reader',
  'pyrepl.unix_console',
  'warnings',
];

const BARE_WORLD: WorldSpec = { mounts: [], quotas: {}, identity: {}, limits: {} };

export interface ZygoteStartListener {
  /** It waits where guests can be forked. The prelude is null where each guest starts its own interpreter. */
  ready(prelude: Prelude | null): void;
  /** May be told more than once; the first counts. */
  failed(problem: string): void;
}

/** Starts the interpreter in the process that `origin` gives. What becomes of it the listener is told, perhaps before this returns. */
export function startZygote(
  spec: ZygoteSpec,
  stdlib: string,
  limits: RunLimits,
  origin: OriginOf,
  listener: ZygoteStartListener,
): void {
  const identity = { ...guestIdentity({}), environment: spec.environment };
  const made = createEngine({ world: BARE_WORLD });
  if (!made.ok) throw new Error('zygote: the engine without a policy does not load');
  const closedGate = { open: false, passed: () => undefined };
  const quiet = { shown: () => undefined, signal: () => undefined, typed: () => undefined };
  const stdio = new GuestStdio(
    spec.stdio === 'tty' ? { kind: 'tty', size: { cols: 80, rows: 24 } } : { kind: 'pipes' },
    closedGate,
    quiet,
  );
  const built = buildGuestWorld({
    world: BARE_WORLD,
    identity,
    stdlib,
    siteCustomize: siteCustomize({
      modules: spec.mode === 'repl' ? [...PROMPT_MODULES, ...spec.modules] : spec.modules,
      forked: true,
    }),
    startText: '',
    files: [],
    folders: [],
    openTerminal: (opening) => stdio.openDevice(opening),
    memoryBytes: spec.heapBytes,
    onLimit: () => undefined,
    onChange: () => undefined,
  });
  let controller: Controller | null = null;
  const calls: { count: number; modules: Set<string> } = { count: 0, modules: new Set() };
  const guest = new GuestProcess(origin, {
    hello: () => {
      if (!spec.started) listener.ready(null);
    },
    frame: (reader, now) => {
      controller?.frame(reader, now);
    },
    broken: (code) => {
      listener.failed(`The interpreter's start broke the rules of the wire (${code}).`);
    },
    ended: () => undefined,
  });
  if (!built.ok) {
    listener.failed(built.message);
    return;
  }
  const { world } = built;
  stdio.install(world.files);
  controller = new Controller({
    engine: made.engine,
    run: {
      files: world.files,
      terminal: stdio.terminal,
      waits: new Waits(),
      identity,
      limits,
      timers: new AlarmTimers(() => undefined),
      usage: () => ({ heapBytes: 0, userSeconds: 0, systemSeconds: 0 }),
      raise: () => undefined,
      waitsForInput: () => undefined,
      exiting: () => undefined,
      fatal: (message) => {
        listener.failed(`The interpreter gave up while it started: ${message}`);
      },
    },
    resolver: new RequestResolver(world.files),
    script: null,
    startFile: START_FILE,
    hold: {
      path: START_FILE,
      held: () => {
        const open = world.files.descriptors().length;
        const threads = readdirSync(`/proc/${String(guest.pid)}/task`).length;
        if (open !== STANDARD_STREAMS)
          listener.failed(`The interpreter's start left ${String(open)} descriptors open.`);
        else if (threads !== 1) listener.failed(`The interpreter's start left ${String(threads)} threads.`);
        else listener.ready({ calls: calls.count, modules: [...calls.modules] });
        world.dispose();
      },
    },
    reply: (frame) => {
      guest.reply(frame);
    },
    breakOff: (code) => {
      guest.breakOff(code);
    },
    lines: false,
    record: (tail, call) => {
      calls.count++;
      if (call === 'll_os_open') noteModule(calls.modules, tail);
    },
    touched: () => undefined,
    begins: () => {
      listener.failed('The interpreter began before it was told what to run.');
    },
    notice: (_code, message) => {
      listener.failed(message);
    },
  });
}

/** `/bin/lib/pypy3.9/json/__pycache__/decoder.pypy39.pyc` → `json.decoder` */
const MODULE_FILE = new RegExp(
  `^${GUEST_PROGRAM.replace(/[^/]*$/, '')}lib/[^/]+/((?:[^/]+/)*?)(?:__pycache__/)?([^/.]+)(?:\\.[^/]*)?\\.(?:pyc?|so)$`,
);

function noteModule(modules: Set<string>, tail: string): void {
  const row = JSON.parse(`{${tail}`) as Pick<CallEvent, 'args' | 'path' | 'errno'>;
  const parts = row.errno === undefined ? MODULE_FILE.exec(row.path ?? (row.args['path'] as string)) : null;
  if (parts === null) return;
  const folder = parts[1]!.replaceAll('/', '.');
  const name = parts[2] === '__init__' ? folder.replace(/\.$/, '') : folder + parts[2]!;
  if (name !== 'sitecustomize') modules.add(name);
}

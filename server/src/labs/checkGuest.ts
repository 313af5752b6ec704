/**
 * One guest of a check, from its start to the evidence in its folder. Runs in a check thread.
 *
 * The guest is started as every other: same wire, same controller, same terminal, its script at the place where an ordinary one lies. What it
 * could tell apart is only what the script itself is.
 */
import { writeFileSync } from 'node:fs';
import { posix, join } from 'node:path';
import type { EvidenceFile, SentTo } from '@sandtable/shared/labs/evidence';
import { decodeText, encodeText } from '@sandtable/shared/text';
import type { PolicyEngine } from '@sandtable/shared/policy/model';
import {
  interpreterState,
  ServiceNetwork,
  startRun,
  Zygotes,
  zygoteSpecOf,
  type RunHandle,
  type RunSink,
  type SideEvent,
  type Stdio,
} from '../sandbox/index.ts';
import { POLICY_FILE } from '../sessions/benchWorld.ts';
import { ContentRecorder, type Content } from '../sessions/contentRecorder.ts';
import { filesUnder, limitsUnder, shownWorld } from '../sessions/labPart.ts';
import { callLine } from '../sessions/logFormat.ts';
import { LogWriter } from '../sessions/logWriter.ts';
import type { GuestJob, JobAnswer } from './checkJobs.ts';
import {
  CHECK_RUN_LIMITS,
  KEPT_FILES,
  KEPT_FILES_BYTES,
  KEPT_FILE_BYTES,
  MAX_CHECK_RUN_LIMITS,
} from './checkLimits.ts';
import { loadedFor } from './checkPolicies.ts';
import { RUN_FILES } from './evidenceFormat.ts';

const TERMINAL: Stdio = { kind: 'tty', size: { cols: 80, rows: 24 } };

/** Of this thread; null where guests cannot run or are classic ones. */
const zygotes = interpreterState({ kind: 'pypy' }).then((state) =>
  state.ok && state.kind === 'pypy' ? new Zygotes(state.stdlib) : null,
);

export async function runCheckGuest(job: GuestJob, signal: AbortSignal): Promise<JobAnswer> {
  const loaded = await loadedFor(job.policy, job.lab.policy);
  if (!loaded.ok) return loaded.answer;
  const { engine } = loaded;
  const { lab } = job;
  const limits = limitsUnder(
    engine.world.limits,
    smallest({ ...CHECK_RUN_LIMITS, ...lab.limits, ...job.limits }, MAX_CHECK_RUN_LIMITS),
  );
  const stdio: Stdio = job.pipes ? { kind: 'pipes' } : TERMINAL;
  const forked = await zygotes;
  await forked?.prepare(zygoteSpecOf(engine, 'script', stdio, limits));
  const network = lab.services.length === 0 ? null : new ServiceNetwork(lab.services);
  const files = filesUnder(job.files, lab);
  // What the platform keeps of the world is read when the run is over; the guest may change its bytes before.
  const began = new Map(files.map(({ path, data }) => [path, data.slice()]));
  let handle: RunHandle | null = null;
  let shown: Pick<RunHandle, 'list' | 'read'> | null = null;
  const log = new CheckLog(
    new LogWriter(job.folder),
    new ContentRecorder(
      files.filter(({ path }) => job.logged.includes(path)),
      (path, maxBytes) =>
        path === job.script && !job.logged.includes(path) ? null : (shown?.read(path, maxBytes) ?? null),
    ),
    () => handle?.stop('server'),
    () => {
      // Everything was typed before: who still waits is told that no more comes.
      handle?.eof();
    },
  );
  const world = engine.world;
  handle = startRun({
    run: job.run,
    mode: 'script',
    script: job.script,
    args: job.args,
    files,
    engine,
    policy: job.policy.name,
    limits,
    stdio,
    sink: log,
    interpreter: { kind: 'pypy' },
    ...(network === null ? {} : { network }),
    ...(forked === null ? {} : { zygotes: forked }),
  });
  shown = shownWorld(handle, lab.hidden);
  const stop = (): void => handle.stop();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  if (job.input !== '') handle.input(job.input);
  if (job.pipes) handle.eof();
  const exit = await handle.done;
  signal.removeEventListener('abort', stop);
  const failure = log.close();
  // What does not fit into the quotas of the policy was never run: neither the machine's fault nor a passed attack.
  if (exit.reason === 'limit' && log.calls === 0)
    return job.policy.owner === 'student'
      ? { kind: 'nothing', blame: 'submission', message: exit.message, file: POLICY_FILE }
      : { kind: 'nothing', blame: 'platform', message: exit.message };
  if (failure !== null)
    return {
      kind: 'nothing',
      blame: 'platform',
      message: `The trace of a check could not be kept: ${failure}.`,
    };
  const listed = filesAtEnd(handle, began, world, new Set(lab.files.map(({ path }) => path)));
  try {
    writeFileSync(join(job.folder, RUN_FILES), JSON.stringify(listed), { mode: 0o600 });
  } catch (error) {
    return {
      kind: 'nothing',
      blame: 'platform',
      message: `The files of a check could not be kept: ${(error as Error).message}.`,
    };
  }
  return {
    kind: 'guest',
    exit,
    sent: { ...(network?.sent() satisfies { readonly [address: string]: SentTo } | undefined) },
  };
}

function smallest<T extends { readonly [name: string]: number | undefined }>(asked: T, most: Partial<T>): T {
  return Object.fromEntries(
    Object.entries(asked).map(([name, value]) => [
      name,
      Math.min(value ?? Infinity, most[name as keyof T] ?? Infinity),
    ]),
  ) as unknown as T;
}

/** Everything that the lab, the policy, the student or the guest put into the world, as it is now. */
function filesAtEnd(
  handle: RunHandle,
  began: ReadonlyMap<string, Uint8Array>,
  world: PolicyEngine['world'],
  lab: ReadonlySet<string>,
): { readonly [path: string]: EvidenceFile } {
  const before = new Map(began);
  for (const { at, files } of world.mounts)
    for (const [below, text] of Object.entries(files ?? {})) {
      const path = posix.join(at, below);
      if (!before.has(path)) before.set(path, encodeText(text));
    }
  const found = new Map<string, EvidenceFile>();
  let left = KEPT_FILES_BYTES;
  const keep = (path: string, data: Uint8Array, size: number, changed: boolean): void => {
    const kept = size <= KEPT_FILE_BYTES && size <= left;
    if (kept) left -= size;
    found.set(path, {
      kind: 'file',
      size,
      text: kept ? decodeText(data) : null,
      changed,
      lab: lab.has(path),
    });
  };
  const changes = handle.changes();
  const gone = new Set(changes.filter(({ kind }) => kind === 'removed').map(({ path }) => path));
  for (const change of changes.slice(0, KEPT_FILES)) {
    if (change.kind === 'written') keep(change.path, change.data, change.data.length, true);
    else if (change.kind === 'directory') found.set(change.path, { kind: 'directory', changed: true });
    else if (change.kind === 'symlink')
      found.set(change.path, { kind: 'symlink', target: change.target, changed: true });
  }
  for (const [path, data] of before) {
    if (found.has(path) || gone.has(path) || isUnder(path, gone)) continue;
    const read = handle.read(path, KEPT_FILE_BYTES);
    if (read.ok) keep(path, read.data, read.size, false);
    else if (!gone.has(path)) keep(path, data, data.length, false);
  }
  return Object.fromEntries(found);
}

function isUnder(path: string, gone: ReadonlySet<string>): boolean {
  for (let at = posix.dirname(path); at !== '/'; at = posix.dirname(at)) if (gone.has(at)) return true;
  return false;
}

/** The trace of a check's guest, in the format of every other run. */
class CheckLog implements RunSink {
  onOutputRoom: (() => void) | null = null;
  readonly #writer: LogWriter;
  readonly #contents: ContentRecorder;
  readonly #onFailure: () => void;
  readonly #onInputWait: () => void;
  readonly #began = performance.now();
  #seq = 0;
  #t = 0;
  #failed = false;

  constructor(writer: LogWriter, contents: ContentRecorder, onFailure: () => void, onInputWait: () => void) {
    this.#writer = writer;
    this.#contents = contents;
    this.#onFailure = onFailure;
    this.#onInputWait = onInputWait;
  }

  /** Calls by now. */
  calls = 0;

  call(tail: string): void {
    this.calls += 1;
    this.#stamp();
    this.#writer.append(callLine(this.#seq, this.#t, tail), true);
    this.#look();
  }

  event(body: SideEvent): void {
    if (body.type === 'exit') this.#keep(this.#contents.rest());
    this.#stamp();
    this.#writer.append(JSON.stringify({ seq: this.#seq, t: this.#t, ...body }), false);
    if (body.type === 'start') this.#keep(this.#contents.begin());
    else if (body.type === 'file' && body.change === 'write') this.#contents.wrote(body.path);
    else if (body.type === 'phase' && body.phase === 'input') setImmediate(this.#onInputWait);
    this.#look();
  }

  outputRoom(): number {
    return Infinity;
  }

  /** Why something is not in the log, or null. */
  close(): string | null {
    this.#writer.close();
    return this.#writer.failure?.message ?? null;
  }

  #keep(contents: readonly Content[]): void {
    for (const content of contents) this.event(content);
  }

  #stamp(): void {
    this.#seq += 1;
    this.#t = Math.max(this.#t, Math.floor((performance.now() - this.#began) * 1000));
  }

  #look(): void {
    if (this.#failed || this.#writer.failure === null) return;
    this.#failed = true;
    setImmediate(this.#onFailure);
  }
}

/**
 * The runs of one worker thread: starts guests, hands what arrives to them, and sends on what they log.
 *
 * Everything that a person does (interrupt, stop, input) is done at once when its message arrives; nothing waits for a batch, a
 * write of the log or room in the terminal. So an interrupt overtakes any flood.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { MessagePort } from 'node:worker_threads';
import type { RunExit, RunHandle, RunSink } from '../sandbox/index.ts';
import { ContentRecorder } from './contentRecorder.ts';
import { shownWorld } from './labPart.ts';
import { LogWriter } from './logWriter.ts';
import { RunLog } from './runLog.ts';
import type { FromWorker, RunSpec, StartRefusal, ToWorker } from './workerMessages.ts';
import { whyNotWritten } from '../diskTrouble.ts';
import { logFailure } from '../serverLog.ts';

export type Launched = { readonly ok: true; readonly handle: RunHandle } | StartRefusal;

/** Starts a guest; expected failures come back, what is thrown is a bug. */
export type Launch = (spec: RunSpec, sink: RunSink) => Promise<Launched>;

interface HostedRun {
  readonly log: RunLog;
  /** Null until it has started. */
  handle: RunHandle | null;
  /** Its world as a person may look at it; likewise. */
  shown: Pick<RunHandle, 'list' | 'read'> | null;
  /** What was asked for before it had started. */
  stopAsked: Parameters<RunHandle['stop']> | null;
  over: boolean;
  dropped: boolean;
}

function stop(hosted: HostedRun, ...asked: Parameters<RunHandle['stop']>): void {
  if (hosted.handle === null) hosted.stopAsked ??= asked;
  else if (!hosted.over) hosted.handle.stop(...asked);
}

/** Serves the port until the thread ends. */
export function hostRuns(port: MessagePort, launch: Launch): void {
  const runs = new Map<string, HostedRun>();
  const send = (message: FromWorker): void => port.postMessage(message);

  port.on('message', (message: ToWorker) => {
    if (message.type === 'ping') return send({ type: 'pong' });
    if (message.type === 'start') {
      void start(message.spec, message.allowed);
      return;
    }
    const hosted = runs.get(message.run);
    const handle = hosted?.handle ?? null;
    switch (message.type) {
      case 'list':
        return send({ type: 'listed', id: message.id, result: hosted?.shown?.list(message.path) ?? null });
      case 'read':
        return send({
          type: 'read',
          id: message.id,
          result: hosted?.shown?.read(message.path, message.maxBytes) ?? null,
        });
      case 'taken':
        return hosted?.log.taken();
      case 'allow':
        return hosted?.log.allow(message.total);
      case 'drop':
        if (hosted !== undefined) {
          hosted.dropped = true;
          if (hosted.over) runs.delete(message.run);
        }
        return;
      case 'stop':
        if (hosted !== undefined) stop(hosted, message.reason);
        return;
      default:
        if (handle === null || hosted?.over !== false) return;
        if (message.type === 'input') handle.input(message.data);
        else if (message.type === 'interrupt') handle.interrupt();
        else handle.resize(message.size);
    }
  });

  async function start(spec: RunSpec, allowed: number): Promise<void> {
    const { run } = spec;
    const writer = new LogWriter(spec.folder);
    let announced = false;
    const early: FromWorker[] = [];
    const log = new RunLog(
      run,
      writer,
      allowed,
      (batch, logBytes) => {
        const message: FromWorker = { type: 'batch', run, batch, logBytes };
        if (announced) send(message);
        else early.push(message);
      },
      (error) => {
        stop(hosted, 'server', `The run was stopped: its log cannot be kept, ${whyNotWritten(error)}.`);
      },
      new ContentRecorder(spec.files, (path, maxBytes) => hosted.shown?.read(path, maxBytes) ?? null),
    );
    const hosted: HostedRun = {
      log,
      handle: null,
      shown: null,
      stopAsked: null,
      over: false,
      dropped: false,
    };
    runs.set(run, hosted);
    let launched = await launch(spec, log).catch(crashed);
    const unwritable = launched.ok ? await whyUnwritable(writer) : null;
    if (launched.ok && unwritable !== null) {
      launched.handle.stop('server');
      await launched.handle.done;
      launched = unwritable;
    }
    if (!launched.ok) {
      runs.delete(run);
      log.close();
      send({ type: 'refused', run, refusal: launched });
      return;
    }
    hosted.handle = launched.handle;
    hosted.shown = shownWorld(launched.handle, spec.lab?.hidden ?? []);
    announced = true;
    send({ type: 'started', run });
    for (const message of early.splice(0)) send(message);
    if (hosted.stopAsked !== null) launched.handle.stop(...hosted.stopAsked);
    const exit: RunExit = await launched.handle.done;
    hosted.over = true;
    log.close();
    send({ type: 'ended', run, exit, logBytes: log.bytes });
    if (hosted.dropped) runs.delete(run);
  }
}

/** Until the log is made: by then a guest that was forked has its first answer, and the thread nothing to do while it thinks about that. */
const LOG_DELAY_MS = 1;

async function whyUnwritable(writer: LogWriter): Promise<StartRefusal | null> {
  await delay(LOG_DELAY_MS);
  try {
    writer.open();
    return null;
  } catch (error) {
    return {
      ok: false,
      code: 'internal',
      message: `The run was not started: its log cannot be kept, ${whyNotWritten(error)}.`,
    };
  }
}

function crashed(error: unknown): StartRefusal {
  logFailure('starting a guest failed', error);
  return {
    ok: false,
    code: 'internal',
    message: 'The guest could not be started. The server has logged why.',
  };
}

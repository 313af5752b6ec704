/** `sandtable run`: one guest, on this terminal. */
import { clampLimits } from '@sandtable/shared/limits';
import { startRun, type RunExit, type RunHandle } from '../sandbox/index.ts';
import { complain } from './complain.ts';
import { guestSetup } from './guestFiles.ts';
import { keepChanges } from './keepChanges.ts';
import { openPolicy } from './policySource.ts';
import { ProcessInput, stdioOfProcess } from './realTerminal.ts';
import { parseRun, type RunCommandOptions } from './runOptions.ts';
import { CommandSink } from './runSink.ts';
import { TraceFile } from './traceFile.ts';
import { RUN_HELP } from './help.ts';

/** What a shell reports for a program whose reader went away. */
const BROKEN_PIPE_STATUS = 141;

/** Runs and gives the exit status for this process. */
export async function runCommand(words: readonly string[]): Promise<number> {
  const parsed = parseRun(words);
  if (!parsed.ok) return complain(`${parsed.message}\nTry 'sandtable run --help'.`);
  const { options } = parsed;
  if (options.help) {
    process.stdout.write(RUN_HELP);
    return 0;
  }
  const setup = guestSetup(options.script, options.tmp);
  if (!setup.ok) return complain(setup.message);
  const policy = await openPolicy(options.policy, options.audit ? { audit: true } : {});
  if (!policy.ok) return complain(policy.message);
  const stdio = stdioOfProcess();
  const tty = stdio.kind === 'tty';
  let run: RunHandle | null = null;
  let brokenPipe = false;
  let input: ProcessInput | null = null;
  const sink = openSink(
    options,
    tty,
    () => input?.wantsInput(),
    () => {
      brokenPipe = true;
      run?.stop();
    },
  );
  if (typeof sink === 'string') {
    policy.engine.dispose();
    return complain(sink);
  }
  for (const { message } of policy.notices) sink.say(`sandtable: ${message}`);
  run = startRun({
    run: 'run',
    mode: setup.script === null ? 'repl' : 'script',
    ...(setup.script === null ? {} : { script: setup.script }),
    args: options.args,
    files: setup.files,
    folders: setup.folders,
    engine: policy.engine,
    policy: options.policy,
    ...(options.traceLines ? { lines: true } : {}),
    ...(options.interpreter === null ? {} : { interpreter: options.interpreter }),
    limits: clampLimits(policy.engine.world.limits, {
      ...(options.heapBytes === null ? {} : { heapBytes: options.heapBytes }),
      ...(options.timeoutSeconds === null ? {} : { wallSeconds: options.timeoutSeconds }),
    }),
    stdio,
    sink,
    typed: (text) => {
      sink.typed(text);
    },
  });
  input = new ProcessInput(run, tty);
  const release = passSignals(run);
  const exit = await run.done;
  release();
  input.release();
  if (options.keep !== null) keep(run, options.keep, sink);
  if (brokenPipe) {
    sink.close();
    return BROKEN_PIPE_STATUS;
  }
  if (deservesWord(exit)) sink.say(`sandtable: ${exit.message}`);
  sink.close();
  return exit.status;
}

/** A program's own end needs no comment. */
function deservesWord({ reason }: RunExit): boolean {
  return reason !== 'exit' && reason !== 'stopped';
}

function openSink(
  options: RunCommandOptions,
  tty: boolean,
  onInputWait: () => void,
  onBrokenPipe: () => void,
): CommandSink | string {
  try {
    const trace = options.trace === null ? null : new TraceFile(options.trace);
    return new CommandSink({
      tty,
      verbose: options.verbose,
      log: options.log,
      trace,
      onInputWait,
      onBrokenPipe,
    });
  } catch (error) {
    return (error as Error).message;
  }
}

/** Ctrl-C goes to the guest; being told to end stops it. */
function passSignals(run: RunHandle): () => void {
  const interrupt = (): void => {
    run.interrupt();
  };
  const stop = (): void => {
    run.stop();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', stop);
  process.on('SIGHUP', stop);
  return () => {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', stop);
    process.off('SIGHUP', stop);
  };
}

function keep(run: RunHandle, folder: string, sink: CommandSink): void {
  try {
    for (const problem of keepChanges(run.changes(), folder).problems)
      sink.say(`sandtable: not kept: ${problem}`);
  } catch (error) {
    sink.say(`sandtable: --keep: ${(error as Error).message}`);
  }
}

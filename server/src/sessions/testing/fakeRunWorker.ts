/** A run worker whose guests are made of nothing: they print what they are told, and the thread dies when told so. */
import { parentPort } from 'node:worker_threads';
import { clampLimits } from '@sandtable/shared/limits';
import type { RunExit, RunSink } from '../../sandbox/index.ts';
import { hostRuns, type Launched } from '../runHost.ts';
import type { RunSpec } from '../workerMessages.ts';

async function launch(spec: RunSpec, sink: RunSink): Promise<Launched> {
  if (spec.args.includes('refuse')) return { ok: false, code: 'policy-invalid', message: 'refused' };
  if (spec.args.includes('throw')) throw new Error('thrown on purpose by a test');
  if (spec.args.includes('die at start')) process.exit(3);
  const { promise, resolve } = Promise.withResolvers<RunExit>();
  const end = (exit: RunExit): void => {
    sink.event({ type: 'exit', ...exit });
    resolve(exit);
  };
  sink.event({
    type: 'start',
    version: 1,
    run: spec.run,
    at: new Date().toISOString(),
    mode: spec.mode,
    argv: [],
    engine: 'none',
    policy: spec.policy.name,
    limits: clampLimits(),
  });
  return {
    ok: true,
    handle: {
      input(data) {
        if (data === 'die') process.exit(3);
        if (data === 'hang') for (;;);
        if (data === 'prompt') sink.event({ type: 'phase', phase: 'input' });
        else if (data === 'end') end({ status: 0, reason: 'exit', message: '' });
        else sink.event({ type: 'out', fd: 1, data });
      },
      eof() {},
      interrupt() {},
      stop: (reason = 'stopped') => end({ status: 130, reason, message: '' }),
      resize() {},
      list: () => ({ ok: true, entries: [] }),
      read: () => ({ ok: false, code: 'not-found' }),
      changes: () => [],
      done: promise,
    },
  };
}

hostRuns(parentPort!, launch);

/** A real guest in this thread, without server, sockets or worker: for tests of what it does. */
import { applyBatch, initialState, tailText, type SessionState } from '@sandtable/shared/session';
import type { RunHandle } from '../../sandbox/index.ts';
import type { StoredFile } from '../../store/fileStore.ts';
import { GUEST_FOLDER, guestFiles, POLICY_FILE } from '../benchWorld.ts';
import { launchGuest } from '../launchGuest.ts';
import { LogWriter } from '../logWriter.ts';
import { RunLog } from '../runLog.ts';

const RUN = 'run-test';
const WAIT_MS = 10_000;

export interface TestRun {
  readonly handle: RunHandle;
  until(test: (state: SessionState) => boolean): Promise<void>;
  /** The whole end: text of the terminal and state. */
  end(): Promise<{ readonly text: string; readonly state: SessionState }>;
}

/** Runs `script.py` of these files under their `policy.ts`. */
export async function launchForTest(
  folder: string,
  files: readonly StoredFile[],
  mode: 'script' | 'repl',
): Promise<TestRun> {
  let state = initialState(RUN);
  const log: RunLog = new RunLog(
    RUN,
    new LogWriter(folder),
    Infinity,
    (batch) => {
      const applied = applyBatch(state, batch);
      if (!applied.ok) throw new Error(applied.reason);
      state = applied.state;
      setImmediate(() => log.taken());
    },
    (error) => {
      throw error;
    },
  );
  const launched = await launchGuest(
    {
      run: RUN,
      folder,
      mode,
      script: `${GUEST_FOLDER}/script.py`,
      args: [],
      files: guestFiles(files),
      policy: {
        name: POLICY_FILE,
        source: Buffer.from(files.find((file) => file.path === POLICY_FILE)!.content).toString(),
      },
      size: { cols: 80, rows: 24 },
      cold: false,
    },
    log,
  );
  if (!launched.ok) throw new Error(launched.message);
  const { handle } = launched;
  return {
    handle,
    async until(test) {
      for (const began = performance.now(); !test(state);) {
        if (performance.now() - began > WAIT_MS)
          throw new Error(`waited in vain; terminal: ${tailText(state.terminal)}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    async end() {
      await handle.done;
      log.close();
      return { text: tailText(state.terminal), state };
    },
  };
}

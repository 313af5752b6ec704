/** Entry of a worker thread that hosts runs of real guests. */
import { parentPort } from 'node:worker_threads';
import { launchGuest, warmUp } from './launchGuest.ts';
import { hostRuns } from './runHost.ts';
import { logFailure } from '../serverLog.ts';

if (parentPort === null) throw new Error('runWorker.ts: not in a thread');
hostRuns(parentPort, launchGuest);
void warmUp().catch((error: unknown) => {
  logFailure('a thread for runs could not be warmed up', error);
});

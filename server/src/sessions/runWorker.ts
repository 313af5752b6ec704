/** Entry of a worker thread that hosts runs of real guests. */
import { parentPort } from 'node:worker_threads';
import { engineState } from '../sandbox/index.ts';
import { launchGuest } from './launchGuest.ts';
import { hostRuns } from './runHost.ts';

if (parentPort === null) throw new Error('runWorker.ts: not in a thread');
hostRuns(parentPort, launchGuest);
// Looked up once a thread; better now than when somebody waits.
void engineState();

/** A check thread without guests: does what the name of the policy says. */
import { parentPort } from 'node:worker_threads';
import type { FromCheckThread, ToCheckThread } from '../checkJobs.ts';

const port = parentPort!;
const answer = (message: string): void => {
  port.postMessage({
    type: 'answer',
    answer: { kind: 'nothing', blame: 'submission', message },
  } satisfies FromCheckThread);
};

port.on('message', (message: ToCheckThread) => {
  if (message.type === 'cancel') return answer('stopped in good order');
  const { name } = message.job.kind === 'table' ? message.job.policy : { name: '' };
  if (name === 'die') process.exit(3);
  if (name === 'throw') throw new Error('thrown on purpose by a test');
  if (name === 'hang') for (;;);
  if (name !== 'wait') setTimeout(answer, 30, name);
});

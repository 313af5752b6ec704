/**
 * Judges evidence in a thread with a time limit for each check.
 *
 * Authors' regular expressions meet the output of hostile students here, and backtracking has no bound: so output is bounded, and a check whose
 * judging takes too long is an error of the platform's, named as such, while those behind it are judged all the same.
 *
 * Invariant: there is one result for each check, in their order, whatever becomes of the thread.
 */
import { Worker } from 'node:worker_threads';
import type { CheckResult } from '@sandtable/shared/labs/checkResult';
import { unjudged } from '@sandtable/shared/labs/judge';
import { JUDGE_HEAP_MIB, JUDGE_SECONDS } from './checkLimits.ts';
import type { JudgeMessage, JudgeOrder } from './judgeThread.ts';

const TOO_LONG = `Judging this check took longer than ${String(JUDGE_SECONDS)} seconds. One of its regular expressions may be to blame; whoever gave you the lab can mend it.`;

const DIED = 'Judging this check failed. The server has logged why.';

/** `told` is called with each result as it comes. */
export async function judgeAll(
  order: JudgeOrder,
  told: (result: CheckResult) => void = () => undefined,
  seconds: number = JUDGE_SECONDS,
): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  while (results.length < order.checks.length) {
    const rest = { ...order, checks: order.checks.slice(results.length) };
    const why = await judgeSome(rest, seconds, (result) => {
      results.push(result);
      told(result);
    });
    const stuck = order.checks[results.length];
    if (stuck === undefined) break;
    const result = unjudged(stuck.check, why);
    results.push(result);
    told(result);
  }
  return results;
}

/** Until all are judged, or one cannot be; then why. */
function judgeSome(order: JudgeOrder, seconds: number, take: (result: CheckResult) => void): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const worker = new Worker(new URL('judgeThread.ts', import.meta.url), {
    workerData: order,
    resourceLimits: { maxOldGenerationSizeMb: JUDGE_HEAP_MIB },
  });
  const timer = setTimeout(() => {
    resolve(TOO_LONG);
  }, seconds * 1000);
  let count = 0;
  worker.on('message', ({ result }: JudgeMessage) => {
    timer.refresh();
    take(result);
    if (++count === order.checks.length) resolve('');
  });
  worker.on('error', (error) => {
    console.error('sandtable: judging failed:', error);
    resolve(DIED);
  });
  worker.on('exit', () => {
    resolve(DIED);
  });
  return promise.finally(async () => {
    clearTimeout(timer);
    worker.removeAllListeners('message');
    await worker.terminate();
  });
}

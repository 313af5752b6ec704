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

const TOO_LONG = `Judging this check took more than ${String(JUDGE_SECONDS)} seconds of a processor. One of its regular expressions may be to blame; whoever gave you the lab can mend it.`;

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

/** Seconds of the clock for each of a processor: a thread that gets a smaller part, or waits for something that never comes, is given up. */
const MOST_CLOCK_SECONDS = 20;

/** Until all are judged, or one cannot be; then why. */
function judgeSome(order: JudgeOrder, seconds: number, take: (result: CheckResult) => void): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const worker = new Worker(new URL('judgeThread.ts', import.meta.url), {
    workerData: order,
    resourceLimits: { maxOldGenerationSizeMb: JUDGE_HEAP_MIB },
  });
  const watchNext = (): Watch =>
    watchCheck(worker, seconds, () => {
      resolve(TOO_LONG);
    });
  let watch = watchNext();
  let count = 0;
  worker.on('message', ({ result }: JudgeMessage) => {
    watch.end();
    take(result);
    if (++count === order.checks.length) resolve('');
    else watch = watchNext();
  });
  worker.on('error', (error) => {
    console.error('sandtable: judging failed:', error);
    resolve(DIED);
  });
  worker.on('exit', () => {
    resolve(DIED);
  });
  return promise.finally(async () => {
    watch.end();
    worker.removeAllListeners('message');
    await worker.terminate();
  });
}

interface Watch {
  end(): void;
}

/**
 * Calls `over` when the thread has used so many seconds of a processor from now on. Not seconds of the clock: beside two hundred others a check
 * takes ten times as long, and is as good.
 */
function watchCheck(worker: Worker, seconds: number, over: () => void): Watch {
  const used = async (): Promise<number> => {
    // One that has ended says so itself.
    const usage = await worker.cpuUsage().catch(() => null);
    return usage === null ? 0 : (usage.user + usage.system) / 1e6;
  };
  const began = performance.now();
  const before = used();
  let ended = false;
  let timer = setTimeout(look, seconds * 1000);
  function look(): void {
    void Promise.all([before, used()]).then(([then, now]) => {
      const left = seconds - (now - then);
      const tooLate = performance.now() - began > seconds * 1000 * MOST_CLOCK_SECONDS;
      if (ended) return;
      if (left <= 0 || tooLate) over();
      // It cannot have used them up before.
      else timer = setTimeout(look, left * 1000);
    });
  }
  return {
    end: () => {
      ended = true;
      clearTimeout(timer);
    },
  };
}

/** Clocks, and sleeping. Clocks come here only where a policy wants to judge them; the guest reads them in process otherwise. */
import { DONE, fail, int, ok, type Handler } from './handler.ts';

const CLOCK_REALTIME = 0;
const CLOCK_REALTIME_COARSE = 5;
const CLOCK_PROCESS_CPUTIME = 2;
const CLOCK_THREAD_CPUTIME = 3;
const LAST_CLOCK = 7;

function monotonicSeconds(): number {
  return Number(process.hrtime.bigint()) / 1e9;
}

export const TIME_HANDLERS = {
  ll_time_time: () => ok(Date.now() / 1000),
  ll_time_clock_gettime: (run, args) => {
    const clock = int(args, 'clock');
    if (clock < 0 || clock > LAST_CLOCK) return fail('EINVAL');
    if (clock === CLOCK_REALTIME || clock === CLOCK_REALTIME_COARSE) return ok(Date.now() / 1000);
    if (clock === CLOCK_PROCESS_CPUTIME || clock === CLOCK_THREAD_CPUTIME) {
      const { userSeconds, systemSeconds } = run.usage();
      return ok(userSeconds + systemSeconds);
    }
    return ok(monotonicSeconds());
  },
  ll_time_clock_getres: (_run, args) => (int(args, 'clock') > LAST_CLOCK ? fail('EINVAL') : ok(1e-9)),
  ll_time_clock: (run) => {
    const { userSeconds, systemSeconds } = run.usage();
    return ok(Math.round((userSeconds + systemSeconds) * 1e6));
  },
  ll_time_sleep: (run, args, call) => {
    const seconds = args['seconds'];
    if (typeof seconds !== 'number' || !(seconds >= 0)) return fail('EINVAL');
    if (seconds === 0) return DONE;
    return run.waits.wait({
      thread: call.thread,
      sources: [],
      look: () => null,
      timeout: seconds * 1000,
      onTimeout: () => DONE,
    });
  },
} as const satisfies { readonly [call: string]: Handler };

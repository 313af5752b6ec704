/** Signals to oneself, alarms, the end. There is no other process. */
import { isPlainObject } from '../wire/structs.ts';
import { GUEST_PID } from '../guestIdentity.ts';
import { DONE, fail, int, ok, text, type Handler } from './handler.ts';

/** Signals for real time have no name on this side and cannot be sent on; nothing that runs here uses them. */
const LAST_SIGNAL = 31;
/** It would stop the guest where nobody can continue it. */
const SIGSTOP = 19;
const LAST_TIMER = 2;

function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
}

export const PROCESS_HANDLERS = {
  ll_os_kill: (run, args) => {
    const pid = int(args, 'pid');
    const signal = int(args, 'signal');
    if (signal < 0 || signal > LAST_SIGNAL) return fail('EINVAL');
    if (pid !== GUEST_PID && pid !== 0 && pid !== -GUEST_PID)
      return fail(pid === 1 || pid === -1 ? 'EPERM' : 'ESRCH');
    if (signal === SIGSTOP) return fail('EPERM');
    if (signal !== 0) run.raise(signal);
    return DONE;
  },
  ll_os_waitpid: () => fail('ECHILD'),
  ll_os_alarm: (run, args) => ok(Math.ceil(run.timers.set(0, Math.max(0, int(args, 'delay')), 0).value)),
  ll_os_setitimer: (run, args) => {
    const which = int(args, 'which');
    const timer = args['timer'];
    if (which < 0 || which > LAST_TIMER || !isPlainObject(timer)) return fail('EINVAL');
    const value = number(timer['value']);
    const interval = number(timer['interval']);
    return value === null || interval === null
      ? fail('EINVAL')
      : ok({ ...run.timers.set(which, value, interval) });
  },
  ll_os_getitimer: (run, args) => {
    const which = int(args, 'which');
    return which < 0 || which > LAST_TIMER ? fail('EINVAL') : ok({ ...run.timers.get(which) });
  },
  ll_os_pause: (run, _args, call) =>
    run.waits.wait({ thread: call.thread, sources: [], look: () => null, timeout: null }),
  ll_os__exit: (run, args) => {
    run.exiting(int(args, 'status'));
    return DONE;
  },
  ll_fatal: (run, args) => {
    run.fatal(text(args, 'message'));
    return DONE;
  },
} as const satisfies { readonly [call: string]: Handler };

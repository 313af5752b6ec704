/**
 * A generous host: the platform's own limits are all that stands between this guest and the machine, and they are made for the
 * platform's comfort, not for yours.
 */
import { answer, policy, standard } from 'sandtable';

/** Your budget. Bytes that may reach the terminal, and seconds that may really be slept, both for the whole run. */
const MOST_OUTPUT = {{output}};
const MOST_SLEEP = 0.5;

export default policy({
  ...standard,

  // Named here, a limit is a number that the platform watches; reaching it ends the run.
  limits: {},

  middleware: {
    ll_os_write(call, next) {
      return next();
    },
    ll_time_sleep(call, next) {
      return next();
    },
  },
});

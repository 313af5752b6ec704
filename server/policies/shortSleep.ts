/**
 * Impatience: time.sleep() takes a tenth of a second at most, whatever the guest asks for.
 *
 * The call is performed, but not as asked: next({ … }) changes the request. In the trace the row is marked "modify" and shows
 * both requests. A program that hides by sleeping an hour before it acts is seen at once.
 */
import { policy, standard } from 'sandtable';

const LONGEST = 0.1;

export default policy({
  ...standard,
  middleware: {
    async ll_time_sleep(call, next) {
      if (call.args.seconds <= LONGEST) return next();
      console.log(`asked to sleep ${call.args.seconds} s`);
      return next({ seconds: LONGEST });
    },
    // The guest can still find out: it looks at the clock before and after. What would you have to fake as well?
  },
});

/**
 * A budget for writing: a thousand bytes for each file, counted by the policy itself.
 *
 * Functions remember: what stands outside of them lives as long as the run. The quotas of the world do the same with less work
 * (quotas: { fileBytes: 1000 }); this shows how one makes a rule that nobody has made before.
 */
import { deny, policy, standard } from 'sandtable';

const BUDGET = 1000;
const written = new Map<string, number>();

export default policy({
  ...standard,
  middleware: {
    async ll_os_write(call, next) {
      if (!call.path.startsWith('/tmp/')) return next();
      const before = written.get(call.path) ?? 0;
      if (before + call.args.data.length > BUDGET)
        return deny('EDQUOT', `${call.path} has had its ${BUDGET} bytes`);
      const done = await next();
      // Only what was really written counts.
      if (done.ok) written.set(call.path, before + done.value);
      return done;
    },
    // Two things slip through: another call that writes, and a file that gets another name. Look for them in the list of calls.
  },
});

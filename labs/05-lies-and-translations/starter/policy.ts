/**
 * A policy that tells the truth. Yours is going to lie: about the machine, the time, a file that is not there, and what stands in
 * the files of /data. Everything that is written here already may stay.
 */
import { answer, deny, fake, policy, standard } from 'sandtable';

/** Your story. */
const HOST = '{{host}}';
/** The run begins at this moment, in seconds since 1970. */
const BEGIN = {{begin}};
const MOTTO = '{{motto}}';

/** In the files of /data the hex digits behind this are for nobody. */
const HEAD = 'tok_';

export default policy({
  ...standard,
  rules: [...standard.rules],
  middleware: {
    // async ll_time_time(call, next) {
    //   const got = await next();
    //   return got.ok ? answer(got.value + 3600) : got;
    // },
  },
});

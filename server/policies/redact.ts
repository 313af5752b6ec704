/**
 * Redaction: the guest may read everything in /tmp, but long numbers come out as crosses.
 *
 * The file is really read; the answer is changed on its way back. In the trace such a row is marked "modify" and shows both:
 * what came, and what the guest saw.
 */
import { answer, policy, standard } from 'sandtable';

/** Sixteen digits, in groups or not: the number of a payment card. */
const CARD = /\b(?:\d[ -]?){15}\d\b/g;

export default policy({
  ...standard,
  mounts: {
    '/tmp': {
      mode: 'read-write',
      files: { 'orders.txt': 'Ada 4000 1234 5678 9010 shipped\nBob 4000-9876-5432-1098 open\n' },
    },
  },
  middleware: {
    async ll_os_read(call, next) {
      const got = await next();
      if (!got.ok || !call.path.startsWith('/tmp/')) return got;
      // As long as before: a reader who asked for the file's size would notice a difference.
      return answer(got.value.replace(CARD, (number) => number.replace(/\d/g, 'x')));
    },
    // What this does not see: a number that is cut in two by the size of a read. Try file.read(12), and think of a cure.
  },
});

// An error with a message of megabytes.
// expects: policy-threw
import { policy } from 'sandtable';

export default policy({
  otherwise: 'allow',
  middleware: {
    ll_os_stat(call, next) {
      throw new Error('x'.repeat(4_000_000)); // here
    },
  },
});

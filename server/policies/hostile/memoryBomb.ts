// Takes all the memory there is.
// expects: policy-memory
import { policy } from 'sandtable';

export default policy({
  otherwise: 'allow',
  middleware: {
    ll_os_stat(call, next) {
      const all = [];
      for (let k = 0; ; k++) all.push('x'.repeat(1_000_000) + k); // here
    },
  },
});

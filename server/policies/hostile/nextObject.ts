// Passes an object for a path, which would change between judging and doing.
// expects: policy-nonsense
import { policy } from 'sandtable';

export default policy({
  otherwise: 'allow',
  middleware: {
    ll_os_stat(call, next) {
      let asked = 0;
      return next({ path: { toString: () => (asked++ === 0 ? '/tmp/a' : '/etc/passwd') } });
    },
  },
});

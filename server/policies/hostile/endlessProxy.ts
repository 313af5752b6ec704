// The answer is a proxy whose traps loop.
// expects: policy-timeout
import { policy } from 'sandtable';

export default policy({
  otherwise: 'allow',
  middleware: {
    ll_os_stat(call, next) {
      // prettier-ignore
      return new Proxy({}, { get() { for (;;); } }); // here
    },
  },
});

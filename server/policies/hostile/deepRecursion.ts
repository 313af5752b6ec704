// Recursion without end.
// expects: policy-memory
import { policy } from 'sandtable';

export default policy({
  otherwise: 'allow',
  middleware: {
    ll_os_stat(call, next) {
      const f = () => f() + 1; // here
      return f();
    },
  },
});

// A built-in that never comes back: nothing in QuickJS can interrupt it.
// expects: policy-timeout
import { policy } from 'sandtable';

export default policy({
  otherwise: 'allow',
  middleware: {
    ll_os_stat(call, next) {
      return [].includes.call({ length: 2 ** 53 - 1 }, 1);
    },
  },
});

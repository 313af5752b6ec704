// Sorting what is only said to be long.
// expects: policy-timeout
import { policy } from 'sandtable';

export default policy({
  otherwise: 'allow',
  middleware: {
    ll_os_stat(call, next) {
      return [].sort.call({ length: 2 ** 32 - 1 });
    },
  },
});

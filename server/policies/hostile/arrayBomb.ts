// One array as large as can be asked for.
// expects: policy-memory policy-threw policy-timeout
import { policy } from 'sandtable';

export default policy({
  otherwise: 'allow',
  middleware: {
    ll_os_stat(call, next) {
      return new Array(2 ** 32 - 1).fill(0).length;
    },
  },
});

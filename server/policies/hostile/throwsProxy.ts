// Throws an error behind a proxy.
// expects: policy-threw
import { policy } from 'sandtable';

export default policy({
  otherwise: 'allow',
  middleware: {
    ll_os_stat(call, next) {
      throw new Proxy(new Error('x'), {
        get() {
          throw new Error('y');
        },
      });
    },
  },
});

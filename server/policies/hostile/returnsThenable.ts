// Returns what looks like a promise and is none.
// expects: policy-nonsense
import { policy } from 'sandtable';

export default policy({
  otherwise: 'allow',
  middleware: {
    ll_os_stat(call, next) {
      return {
        then(resolve) {
          resolve({ ok: true, value: {} });
        },
      };
    },
  },
});

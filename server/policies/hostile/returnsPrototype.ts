// An error name that is a property of every object.
// expects: policy-nonsense
import { policy } from 'sandtable';

export default policy({
  otherwise: 'allow',
  middleware: {
    ll_os_stat(call, next) {
      return { ok: false, errno: 'constructor' };
    },
  },
});

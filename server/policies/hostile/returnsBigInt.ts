// An answer that JSON does not have.
// expects: policy-threw
import { policy } from 'sandtable';

export default policy({
  otherwise: 'allow',
  middleware: {
    ll_os_stat(call, next) {
      return { ok: true, value: { size: 1n } };
    },
  },
});

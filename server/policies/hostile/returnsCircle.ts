// An answer that contains itself.
// expects: policy-threw
import { policy } from 'sandtable';

export default policy({
  otherwise: 'allow',
  middleware: {
    ll_os_stat(call, next) {
      const value = {};
      value.self = value;
      return { ok: true, value };
    },
  },
});

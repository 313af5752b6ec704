// The value loops when it is written down.
// expects: policy-timeout
import { policy } from 'sandtable';

export default policy({
  otherwise: 'allow',
  middleware: {
    ll_os_stat(call, next) {
      // prettier-ignore
      return { ok: true, value: { toJSON() { for (;;); } } }; // here
    },
  },
});

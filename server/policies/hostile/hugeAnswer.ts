// An answer of many megabytes.
// expects: policy-nonsense policy-memory policy-timeout
import { policy } from 'sandtable';

export default policy({
  otherwise: 'allow',
  middleware: {
    ll_os_stat(call, next) {
      return { ok: true, value: { text: 'x'.repeat(7_500_000) } };
    },
  },
});

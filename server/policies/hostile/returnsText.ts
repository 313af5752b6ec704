// Answers with text where a structure belongs.
// expects: policy-nonsense
import { policy } from 'sandtable';

export default policy({
  otherwise: 'allow',
  middleware: {
    ll_os_stat(call, next) {
      return { ok: true, value: 'big' };
    },
  },
});

// A value nested so deeply that writing it down overflows the stack.
// expects: policy-memory policy-timeout policy-threw
import { policy } from 'sandtable';

export default policy({
  otherwise: 'allow',
  middleware: {
    ll_os_stat(call, next) {
      let deep = [];
      for (let k = 0; k < 20_000; k++) deep = [deep];
      return { ok: true, value: deep };
    },
  },
});

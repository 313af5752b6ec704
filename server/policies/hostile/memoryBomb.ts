// Takes all the memory there is.
// expects: policy-memory
import { policy } from 'sandtable';

export default policy({
  otherwise: 'allow',
  middleware: {
    ll_os_stat(call, next) {
      const all = [];
      for (;;) all.push(new ArrayBuffer(1_000_000)); // here
    },
  },
});

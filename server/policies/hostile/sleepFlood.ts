// Starts timers without end.
// expects: policy-threw
import { policy } from 'sandtable';
import { sleep } from 'sandtable';
export default policy({
  otherwise: 'allow',
  middleware: {
    ll_os_stat(call, next) {
      for (;;) sleep(9); // here
    },
  },
});

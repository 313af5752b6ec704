// A promise of its own make, whose then never ends.
// expects: policy-timeout
import { policy } from 'sandtable';
// prettier-ignore
class Own extends Promise { then() { for (;;); } } // here
export default policy({
  otherwise: 'allow',
  middleware: {
    ll_os_stat(call, next) {
      return Own.resolve(1);
    },
  },
});

// The answer is an object that loops when it is looked at.
// expects: policy-timeout
import { policy } from 'sandtable';

export default policy({
  otherwise: 'allow',
  middleware: {
    ll_os_stat(call, next) {
      // prettier-ignore
      return { get ok() { for (;;); } }; // here
    },
  },
});

// Numbers that grow until multiplying them takes for ever.
// expects: policy-timeout
import { policy } from 'sandtable';

export default policy({
  otherwise: 'allow',
  middleware: {
    ll_os_stat(call, next) {
      let n = 3n ** 4000n;
      for (;;) n *= n;
    },
  },
});

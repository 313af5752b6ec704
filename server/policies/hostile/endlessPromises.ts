// Promises that beget promises.
// expects: policy-timeout
import { policy } from 'sandtable';

export default policy({
  otherwise: 'allow',
  middleware: {
    async ll_os_stat(call, next) {
      for (;;) await null;
    },
  },
});

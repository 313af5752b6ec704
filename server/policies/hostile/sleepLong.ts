// Sleeps longer than it may.
// expects: policy-threw
import { policy } from 'sandtable';
import { sleep } from 'sandtable';
export default policy({
  otherwise: 'allow',
  middleware: {
    async ll_os_stat(call, next) {
      await sleep(1e9); // here
    },
  },
});

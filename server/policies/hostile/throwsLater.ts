// Throws after it waited.
// expects: policy-threw
import { policy } from 'sandtable';

export default policy({
  otherwise: 'allow',
  middleware: {
    async ll_os_stat(call, next) {
      await next();
      throw new Error('not today'); // here
    },
  },
});

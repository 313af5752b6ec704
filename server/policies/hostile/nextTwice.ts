// Performs one call twice.
// expects: policy-threw
import { policy } from 'sandtable';

export default policy({
  otherwise: 'allow',
  middleware: {
    async ll_os_stat(call, next) {
      await next();
      await next(); // here
    },
  },
});

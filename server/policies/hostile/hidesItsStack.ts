// Takes the stack out of every error.
// expects: policy-threw
import { policy } from 'sandtable';

export default policy({
  otherwise: 'allow',
  middleware: {
    ll_os_stat(call, next) {
      Error.stackTraceLimit = 0; // here
      throw new Error('where?');
    },
  },
});

// Replaces JSON.
// expects: policy-threw
import { policy } from 'sandtable';

export default policy({
  otherwise: 'allow',
  middleware: {
    ll_os_stat(call, next) {
      globalThis.JSON = { stringify: () => '[]' }; // here
      return next();
    },
  },
});

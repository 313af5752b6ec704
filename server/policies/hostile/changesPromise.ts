// Replaces then for everybody.
// expects: policy-threw
import { policy } from 'sandtable';

export default policy({
  otherwise: 'allow',
  middleware: {
    ll_os_stat(call, next) {
      Promise.prototype.then = () => {}; // here
      return next();
    },
  },
});

// Gives every object a toJSON.
// expects: policy-threw
import { policy } from 'sandtable';

export default policy({
  otherwise: 'allow',
  middleware: {
    ll_os_stat(call, next) {
      Object.prototype.toJSON = () => 'mine'; // here
      return next();
    },
  },
});

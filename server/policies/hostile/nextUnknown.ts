// Passes an argument that the call does not have.
// expects: policy-threw
import { policy } from 'sandtable';

export default policy({
  otherwise: 'allow',
  middleware: {
    ll_os_stat(call, next) {
      return next({ pth: '/tmp/x' }); // here
    },
  },
});

// Redefines JSON.stringify.
// expects: policy-threw
import { policy } from 'sandtable';

export default policy({
  otherwise: 'allow',
  middleware: {
    ll_os_stat(call, next) {
      Object.defineProperty(JSON, 'stringify', { value: () => '[]' }); // here
      return next();
    },
  },
});

// Passes a key that would reach the prototype.
// expects: policy-threw policy-nonsense
import { policy } from 'sandtable';

export default policy({
  otherwise: 'allow',
  middleware: {
    ll_os_stat(call, next) {
      return next(JSON.parse('{"__proto__": {"path": "/etc/passwd"}}'));
    },
  },
});

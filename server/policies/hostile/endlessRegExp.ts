// A pattern that tries every way.
// expects: policy-timeout
import { policy } from 'sandtable';

export default policy({
  otherwise: 'allow',
  middleware: {
    ll_os_stat(call, next) {
      return /(a+)+$/.test('a'.repeat(40) + 'b'); // here
    },
  },
});

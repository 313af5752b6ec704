// Throws something that throws when it is looked at.
// expects: policy-threw
import { policy } from 'sandtable';

export default policy({
  otherwise: 'allow',
  middleware: {
    ll_os_stat(call, next) {
      throw {
        get name() {
          throw 1;
        },
        get message() {
          throw 2;
        },
        get stack() {
          throw 3;
        },
      };
    },
  },
});

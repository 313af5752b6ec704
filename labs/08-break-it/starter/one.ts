/** The first house. The bird lives in /vault/one.txt, and whoever says "vault" is sent away. */
import { deny, policy, standard } from 'sandtable';

export default policy({
  ...standard,
  middleware: {
    ll_os_open(call, next) {
      if (call.args.path.toLowerCase().includes('vault')) return deny('EACCES', 'the vault is closed');
      return next();
    },
    ll_os_listdir(call, next) {
      if (call.args.path.toLowerCase().includes('vault')) return deny('EACCES', 'the vault is closed');
      return next();
    },
  },
});

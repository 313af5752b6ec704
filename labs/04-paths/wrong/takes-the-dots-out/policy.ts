/** Cleans the name of what is dangerous in it, and then believes it. */
import { allow, deny, policy } from 'sandtable';

const clean = (path: string) => path.replaceAll('../', '').replaceAll('./', '').replaceAll('//', '/');

export default policy({
  // These folders could be changed, if the policy lets somebody.
  mounts: {
    '/tmp': { mode: 'read-write' },
    '/data': { mode: 'read-write' },
    '/secret': { mode: 'read-write' },
    '/tmpevil': { mode: 'read-write' },
  },
  rules: [allow('*')],
  middleware: {
    '*'(call, next) {
      if (typeof call.args.path !== 'string') return next();
      const path = clean(call.args.path);
      if (path.startsWith('/secret') || path.startsWith('/tmp/team/vault')) return deny('EACCES', 'secret');
      if (call.access === 'write' && path.startsWith('/') && !path.startsWith('/tmp/')) return deny('EACCES', 'only in /tmp');
      return next();
    },
  },
});

/**
 * Somebody's first try. It reads well, it was tested with three files, and it is full of holes.
 *
 * What it is meant to do:
 *   /tmp              may be read and changed
 *   /tmp/team/vault   is nobody's business: neither read nor changed (the rest of /tmp/team is ordinary)
 *   /data             may be read, and is never changed
 *   /secret           is never read, listed or changed
 *   all else          may be read, and is never changed
 */
import { allow, deny, policy } from 'sandtable';

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
    ll_os_open(call, next) {
      const { path } = call.args;
      if (path.startsWith('/secret')) return deny('EACCES', 'secret');
      if (path.startsWith('/tmp/team/vault')) return deny('EACCES', 'the vault');
      if (call.access === 'write' && path.startsWith('/') && !path.startsWith('/tmp')) {
        return deny('EACCES', 'only /tmp can be changed');
      }
      return next();
    },
  },
});

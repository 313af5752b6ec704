/** Forbids whatever attacks are made of. Honest programs are made of it, too. */
import { allow, deny, policy, standard } from 'sandtable';

export default policy({
  ...standard,
  // These folders could be changed, if the policy lets somebody.
  mounts: {
    '/tmp': { mode: 'read-write' },
    '/data': { mode: 'read-write' },
    '/secret': { mode: 'read-write' },
    '/tmpevil': { mode: 'read-write' },
  },
  rules: [
    deny(['ll_os_symlink', 'll_os_link', 'll_os_rename', 'll_os_chdir', 'll_os_fchdir']),
    deny(['read', 'write'], ['/secret/**', '/tmp/team/vault/**']),
    ...standard.rules,
  ],
  middleware: {
    '*'(call, next) {
      if (typeof call.args.path === 'string' && call.args.path.includes('..')) return deny('EACCES', 'no dots');
      return next();
    },
  },
});

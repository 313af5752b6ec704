/** Wrong: nobody leaves /tmp here, but a relative name can begin at a descriptor. */
import { allow, deny, policy, standard } from 'sandtable';

export default policy({
  mounts: {
    '/tmp': {
      mode: 'read-write',
      files: {
        'config.ini': 'colour = blue\n',
        'log.txt': 'nothing yet\n',
        'team/vault/plan.txt': 'meet at the old mill\n',
      },
    },
    '/tmpevil': { mode: 'read-write', files: { 'plan.txt': 'to be kept\n' } },
    '/data': { mode: 'read-write', files: { 'marks.csv': 'ada,1.0\ngrace,1.3\n' } },
    '/secret': { mode: 'read-write', files: { 'key.txt': 'correct horse battery staple\n' } },
  },
  rules: [
    deny(['ll_os_chdir', 'll_os_fchdir', 'll_os_symlink', 'll_os_link', 'll_os_rename']),
    allow('ll_os_open'),
    ...standard.rules,
  ],
  middleware: {
    ll_os_open(call, next) {
      const { path } = call.args;
      const inside = !path.includes('..') && (!path.startsWith('/') || path.startsWith('/tmp/'));
      return call.access === 'write' && !inside ? deny('EACCES', 'only in /tmp') : next();
    },
  },
});

/** Wrong: guards the first name of a rename, and forgets the second. */
import { deny, policy, standard } from 'sandtable';

const guarded = '/tmp/config.ini';

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
    deny(['ll_os_open', 'll_os_unlink', 'll_os_chmod', 'll_os_chown', 'll_os_utime', 'll_os_link'], guarded, {
      mode: 'write',
    }),
    deny(['ll_os_fchmod', 'll_os_fchown'], guarded),
    ...standard.rules,
  ],
  middleware: {
    ll_os_rename(call, next) {
      return call.path === guarded ? deny('EACCES', 'the settings stay') : next();
    },
  },
});

/** Wrong: looks for the whole secret in one piece. */
import { deny, policy, standard } from 'sandtable';

const secret = 'correct horse battery staple';

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
  rules: [...standard.rules],
  middleware: {
    ll_os_write(call, next) {
      return call.args.data.includes(secret) ? deny('EPERM', 'that stays here') : next();
    },
  },
});

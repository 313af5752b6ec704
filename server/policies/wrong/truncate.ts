/** Wrong: asks whether the file is opened for writing, and O_TRUNC empties it without. */
import { allow, deny, policy, standard } from 'sandtable';

const O_ACCMODE = 3;

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
  rules: [allow('ll_os_open'), ...standard.rules],
  middleware: {
    ll_os_open(call, next) {
      const writes = (call.args.flags & O_ACCMODE) !== 0;
      return writes && !call.path.startsWith('/tmp/') ? deny('EACCES', 'only in /tmp') : next();
    },
  },
});

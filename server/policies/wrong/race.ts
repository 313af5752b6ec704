/** Wrong: looks, waits, and does not look again. */
import { allow, deny, policy, sleep, standard } from 'sandtable';

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
    async ll_os_open(call, next) {
      if (call.access === 'write' && !call.path.startsWith('/tmp/')) return deny('EACCES', 'only in /tmp');
      await sleep(0.5);
      return next();
    },
  },
});

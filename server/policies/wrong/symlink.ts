/** Wrong: the name is in /tmp, and what it leads to is not. */
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
  rules: [deny(['ll_os_link', 'll_os_rename']), allow('ll_os_open'), ...standard.rules],
  middleware: {
    ll_os_open(call, next) {
      const { path } = call.args;
      const plain = path.startsWith('/tmp/') && !path.split('/').includes('..');
      return call.access === 'write' && !plain ? deny('EACCES', 'only in /tmp') : next();
    },
  },
});

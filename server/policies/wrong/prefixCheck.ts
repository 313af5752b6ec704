/** Wrong: what begins with `/tmp` need not be in /tmp. */
import { allow, deny, policy } from 'sandtable';

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
  rules: [allow('*')],
  middleware: {
    '*'(call, next) {
      const places = [call.path, call.newpath ?? call.path];
      const inside = places.every((place) => place.startsWith('/tmp') || place.startsWith('<'));
      return call.access === 'write' && !inside ? deny('EACCES', 'only in /tmp') : next();
    },
  },
});

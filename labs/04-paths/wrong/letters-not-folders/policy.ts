/** Judges the real place, by its first letters. */
import { allow, deny, policy } from 'sandtable';

export default policy({
  // These folders could be changed, if the policy lets somebody.
  mounts: {
    '/tmp': { mode: 'read-write' },
    '/data': { mode: 'read-write' },
    '/secret': { mode: 'read-write' },
    '/tmpevil': { mode: 'read-write' },
  },
  rules: [
    deny(['read', 'write'], ['/secret/**', '/tmp/team/vault/**']),
    deny('ll_os_rename', ['/tmp/team', '/tmp']),
    allow('*'),
  ],
  middleware: {
    '*'(call, next) {
      const places = [call.path, call.newpath ?? call.path];
      const inside = places.every((place) => place === '' || place.startsWith('/tmp') || place.startsWith('<'));
      return call.access === 'write' && !inside ? deny('EACCES', 'only in /tmp') : next();
    },
  },
});

/** Judges where a call acts, and forgets that some calls act in two places. */
import { allow, deny, policy } from 'sandtable';

const below = (folder: string, path: string) => path === folder || path.startsWith(`${folder}/`);

export default policy({
  // These folders could be changed, if the policy lets somebody.
  mounts: {
    '/tmp': { mode: 'read-write' },
    '/data': { mode: 'read-write' },
    '/secret': { mode: 'read-write' },
    '/tmpevil': { mode: 'read-write' },
  },
  rules: [deny('ll_os_rename', ['/tmp/team', '/tmp']), allow('*')],
  middleware: {
    '*'(call, next) {
      if (below('/secret', call.path) || below('/tmp/team/vault', call.path)) return deny('EACCES', 'secret');
      const inside = call.path === '' || below('/tmp', call.path) || call.path.startsWith('<');
      return call.access === 'write' && !inside ? deny('EACCES', 'only in /tmp') : next();
    },
  },
});

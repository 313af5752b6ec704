/** Guards the vault by its name, and lets the folder above have another one. */
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
    deny(['read', 'write'], ['/secret/**', '/tmp/team/vault/**'], { errno: 'EACCES' }),
    allow('write', '/tmp/**'),
    allow('write', ['<stdin>', '<stdout>', '<stderr>', '<deleted>']),
    deny('write', { errno: 'EACCES' }),
    allow('*'),
  ],
});

/**
 * The same intentions, said about places instead of names.
 *
 * The rules match where a call really acts, after every link and every dot, at the moment when it acts, for each of its names, and for
 * every call that reads or changes. There is nothing left for middleware to do.
 */
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
    deny(['read', 'write'], ['/secret/**', '/tmp/team/vault/**'], { errno: 'EACCES', why: 'nobody’s business' }),
    // Who may give the folder above another name takes the vault along, out of the rule before this one.
    deny('ll_os_rename', ['/tmp/team', '/tmp'], { errno: 'EACCES', why: 'the vault is in it' }),
    allow('write', '/tmp/**'),
    allow('write', ['<stdin>', '<stdout>', '<stderr>', '<deleted>']),
    deny('write', { errno: 'EACCES', why: 'only /tmp can be changed' }),
    allow('*'),
  ],
});

/**
 * Mended. The first house judges places instead of names, the second one guards the names above as well, and the third one stops at
 * the door what nobody can stop at the window: what the guest has read, it knows.
 */
import { allow, deny, policy, standard } from 'sandtable';

export default policy({
  ...standard,
  rules: [
    deny(['read', 'write'], '/vault/**', { errno: 'EACCES', why: 'the vault is closed' }),
    deny(['read', 'write'], '/tmp/cellar/safe/**', { errno: 'EACCES', why: 'the safe is closed' }),
    deny('ll_os_rename', ['/tmp', '/tmp/cellar'], { errno: 'EACCES', why: 'the safe is in it' }),
    // How long it is, everybody may know. What it says, nobody.
    allow(['ll_os_stat', 'll_os_lstat'], '/archive/three.txt'),
    deny(['read', 'write'], '/archive/three.txt', { errno: 'EACCES', why: 'what was read cannot be kept in' }),
    ...standard.rules,
  ],
});

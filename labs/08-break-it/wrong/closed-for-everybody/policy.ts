/** Mends by closing the street. */
import { allow, deny, policy, standard } from 'sandtable';

export default policy({
  ...standard,
  rules: [
    deny(['read', 'write'], ['/vault/**', '/tmp/cellar/**', '/archive/**']),
    deny(['ll_os_rename', 'll_os_link', 'll_os_symlink', 'll_os_chdir']),
    allow('read', '/tmp/*.py'),
    ...standard.rules,
  ],
});

/** The second house. The bird lives in /tmp/cellar/safe/two.txt, and a rule guards the safe: the real place, for every call. */
import { deny, policy, standard } from 'sandtable';

export default policy({
  ...standard,
  rules: [
    deny(['read', 'write'], '/tmp/cellar/safe/**', { errno: 'EACCES', why: 'the safe is closed' }),
    ...standard.rules,
  ],
});

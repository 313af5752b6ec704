/**
 * The standard policy, and a plain "no" to whoever looks
 * where other systems keep their secrets. There is nothing
 * there in this world; but a guest that asks is worth
 * knowing about.
 */
import { deny, policy, standard } from 'sandtable';

export default policy({
  mounts: { '/tmp': { mode: 'read-write' } },

  rules: [
    deny('read', ['/etc/**', '/home/**', '/root/**', '/proc/**'], {
      errno: 'EACCES',
      why: 'Nothing there is for you.',
    }),
    ...standard.rules,
  ],

  otherwise: 'deny',
});

/**
 * Your policy. As it stands it lets everything through that the platform lets through: good for watching, bad for everything else.
 * Watch first. Then replace the rules.
 */
import { allow, policy } from 'sandtable';

export default policy({
  mounts: { '/tmp': { mode: 'read-write' } },
  rules: [allow('*')],
  otherwise: 'deny',
});

/**
 * A policy to predict, not to copy: it was written in a hurry. The first rule that fits a call decides, so the order matters. A name
 * stands for the place that it leads to.
 */
import { allow, deny, fake, policy } from 'sandtable';

export default policy({
  mounts: { '/tmp': { mode: 'read-write' } },

  rules: [
    allow(['read', 'write'], ['<stdin>', '<stdout>', '<stderr>']),
    deny('read', '/home/*/.ssh/**', { errno: 'ENOENT', why: 'there are no keys here' }),
    allow('read', ['/tmp/**', '/home/**']),
    allow('write', '/tmp/report/**'),
    deny('write', '/home/**', { errno: 'EROFS', why: 'homes are not to be changed' }),
    allow('ll_os_unlink'),
    deny('write', '/tmp/cities.txt', { errno: 'EPERM', why: 'the list of cities stays' }),
    fake('ll_os_gethostname', 'museum'),
    allow(['terminal', 'time', 'identity', 'random']),
    allow('io', { mode: 'none' }),
    deny('network', { errno: 'ENETUNREACH', why: 'nobody to talk to' }),
    deny('process', { raise: 'RuntimeError', why: 'one program is enough' }),
  ],

  otherwise: 'deny',
});

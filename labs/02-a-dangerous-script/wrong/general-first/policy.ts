/** All the right rules, in the wrong order. */
import { allow, deny, fake, policy } from 'sandtable';

export default policy({
  mounts: { '/tmp': { mode: 'read-write' } },
  rules: [
    allow('read'),
    allow('write', ['/tmp/report/**', '<stdin>', '<stdout>', '<stderr>']),
    deny('write', '/**', { errno: 'EROFS' }),
    deny(['read', 'write'], '/home/**', { errno: 'ENOENT' }),
    fake('ll_os_gethostname', 'anywhere'),
    allow(['terminal', 'time', 'identity', 'random']),
    allow('io', { mode: 'none' }),
    deny('network', { errno: 'ENETUNREACH' }),
    deny('process', { raise: 'RuntimeError' }),
  ],
  otherwise: 'deny',
});

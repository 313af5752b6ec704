/** What weather.py needs, and nothing else. What is special stands above what is general, and the last word is no. */
import { allow, deny, fake, policy } from 'sandtable';

export default policy({
  mounts: { '/tmp': { mode: 'read-write' } },

  rules: [
    deny(['read', 'write'], '/home/**', { errno: 'ENOENT', why: 'for this program there are no homes' }),
    allow('read', '/tmp/**'),
    allow('write', '/tmp/report/**'),
    allow(['read', 'write'], ['<stdin>', '<stdout>', '<stderr>']),
    deny('write', ['/**'], { errno: 'EROFS', why: 'only the report may be changed' }),
    fake('ll_os_gethostname', 'anywhere'),
    allow(['terminal', 'time', 'identity', 'random']),
    allow('io', { mode: 'none' }),
    allow('ll_os_getcwd'),
    deny('network', { errno: 'ENETUNREACH', why: 'a report needs no network' }),
    deny('process', { raise: 'RuntimeError', why: 'a report needs no other program' }),
  ],

  otherwise: 'deny',
});

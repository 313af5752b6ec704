/** The world has quotas of its own. They are for all files together, and answer with another error. */
import { allow, policy } from 'sandtable';

export default policy({
  mounts: { '/tmp': { mode: 'read-write' } },
  quotas: { totalBytes: {{bytes}} * {{count}} + 100_000, files: 100 },
  rules: [
    allow('read'),
    allow('write', ['<stdin>', '<stdout>', '<stderr>']),
    allow('write', '/tmp/{{folder}}/**'),
    allow(['io', 'files'], { mode: 'none' }),
    allow(['terminal', 'time', 'identity', 'random']),
  ],
});

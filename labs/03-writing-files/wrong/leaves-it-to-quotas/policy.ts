/** The world has quotas of its own. They are for all files together, and answer with another error. */
import { allow, policy } from 'sandtable';

export default policy({
  mounts: { '/tmp': { mode: 'read-write' } },
  quotas: { fileBytes: {{bytes}}, files: {{count}} },
  rules: [
    allow('read'),
    allow('write', ['<stdin>', '<stdout>', '<stderr>']),
    allow('write', '/tmp/{{folder}}/**'),
    allow(['io', 'files'], { mode: 'none' }),
    allow(['terminal', 'time', 'identity', 'random']),
  ],
});

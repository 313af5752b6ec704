/**
 * /tmp may be written, but not the originals. The first rule that fits a call decides, so what is
 * special stands above what is general.
 */
import { deny, policy, standard } from 'sandtable';

export default policy({
  mounts: { '/tmp': { mode: 'read-write' } },

  // Small on purpose: write more than this and see what the guest is told.
  quotas: { fileBytes: 100_000, totalBytes: 500_000, files: 50 },

  rules: [
    deny('write', '/tmp/originals/**', { errno: 'EACCES', why: 'The originals stay as they are.' }),
    ...standard.rules,
  ],

  otherwise: 'deny',
});

/**
 * What the wrong policies of this folder meant to be: it leaves the judging of names to the rules, which judge where a call really acts, at
 * the moment when it acts.
 */
import { deny, policy, standard } from 'sandtable';

export default policy({
  mounts: {
    '/tmp': {
      mode: 'read-write',
      files: {
        'config.ini': 'colour = blue\n',
        'log.txt': 'nothing yet\n',
        'team/vault/plan.txt': 'meet at the old mill\n',
      },
    },
    '/tmpevil': { mode: 'read-write', files: { 'plan.txt': 'to be kept\n' } },
    '/data': { mode: 'read-write', files: { 'marks.csv': 'ada,1.0\ngrace,1.3\n' } },
    '/secret': { mode: 'read-write', files: { 'key.txt': 'correct horse battery staple\n' } },
  },
  rules: [
    deny('write', '/tmp/config.ini'),
    deny(['read', 'write'], ['/secret/**', '/tmp/team/vault/**']),
    // Who may rename a folder takes along what is in it.
    deny('ll_os_rename', '/tmp/team'),
    ...standard.rules,
  ],
});

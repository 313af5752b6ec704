/** Wrong: remembers the number of a descriptor, and a file can have two. */
import { deny, policy, standard } from 'sandtable';

const guarded = '/tmp/config.ini';
const numbers = new Set<number>();
const O_TRUNC = 0o1000;

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
    deny(
      ['ll_os_unlink', 'll_os_rename', 'll_os_link', 'll_os_chmod', 'll_os_chown', 'll_os_utime'],
      guarded,
    ),
    deny(['ll_os_fchmod', 'll_os_fchown'], guarded),
    ...standard.rules,
  ],
  middleware: {
    async ll_os_open(call, next) {
      if (call.path === guarded && (call.args.flags & O_TRUNC) !== 0)
        return deny('EACCES', 'the settings stay');
      const answer = await next();
      if (answer.ok && call.path === guarded) numbers.add(answer.value);
      return answer;
    },
    ll_os_write(call, next) {
      return numbers.has(call.args.fd) ? deny('EBADF', 'the settings stay') : next();
    },
    ll_os_pwrite(call, next) {
      return numbers.has(call.args.fd) ? deny('EBADF', 'the settings stay') : next();
    },
    ll_os_ftruncate(call, next) {
      return numbers.has(call.args.fd) ? deny('EBADF', 'the settings stay') : next();
    },
  },
});

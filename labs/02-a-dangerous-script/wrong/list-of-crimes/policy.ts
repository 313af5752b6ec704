/** Forbids what the script has done. */
import { allow, deny, fake, policy } from 'sandtable';

export default policy({
  mounts: { '/tmp': { mode: 'read-write' } },
  rules: [
    deny(['read', 'write'], ['/home/{{user}}/.ssh/**', '/home/{{user}}/diary.txt', '/home/{{user}}/.profile', '/home'], { errno: 'ENOENT' }),
    deny('ll_os_unlink', '/tmp/cities.txt', { errno: 'EROFS' }),
    fake('ll_os_gethostname', 'anywhere'),
    deny('ll_os_fork', { raise: 'RuntimeError' }),
    deny('ll_socket_socket', { errno: 'ENETUNREACH' }),
    allow('*'),
  ],
});

/**
 * The policy of the lecture: what the classic PyPy sandbox controller did, call for call. You cannot change it in this lab; you are
 * here to find out what it is like to live under it. When the trace sends you to a line of this file, read that line.
 */
import { allow, deny, policy } from 'sandtable';

export default policy({
  // A folder that can be read. What open(…, 'w') answers in it, you are going to find out.
  mounts: { '/tmp': { mode: 'lecture' } },

  // Descriptors 3 to 49, as in the original.
  quotas: { descriptors: 50 },
  identity: { uid: 1000, gid: 1000 },

  rules: [
    // What the classic controller had a handler for.
    allow(['ll_os_open', 'll_os_close', 'll_os_lseek']),
    allow(['ll_os_read', 'll_os_write'], ['/**', '<stdin>', '<stdout>', '<stderr>', '<deleted>']),
    allow(['ll_os_stat', 'll_os_lstat', 'll_os_fstat', 'll_os_access', 'll_os_listdir', 'll_os_getcwd', 'll_os_isatty']),
    allow(['ll_os_getuid', 'll_os_geteuid', 'll_os_getgid', 'll_os_getegid']),
    allow(['ll_os_getenv', 'll_os_envitems', 'll_os_strerror']),
    allow(['ll_time_sleep', 'll_time_time', 'll_time_clock']),
    deny(['ll_os_unlink', 'll_os_mkdir'], { errno: 'EPERM', why: 'Nothing can be changed here.' }),

    // What an interpreter of today asks by itself, where that of 2012 asked nothing.
    allow(['ll_time_clock_gettime', 'll_time_clock_getres', 'll_os_urandom', 'll_os_fcntl', 'll_os_ioctl']),
    allow(['ll_os_flistdir', 'll_os_pread', 'll_os_tcgetattr', 'll_os_tcsetattr', 'll_os_select', 'll_os_poll']),
  ],

  // And whatever no rule above has named.
  otherwise: deny('RuntimeError', 'The classic controller has no handler for this call.'),
});

/**
 * The standard policy: the one a new bench begins with.
 *
 * A guest can do nothing by itself. Each time it wants something from the world outside (a file, the time, a random number) it
 * asks, and this file says what happens. The rules are read from top to bottom, and the first one that fits a call decides.
 * Change something, run the script again, and look at the trace: each row names the line here that decided it.
 */
import { allow, deny, policy } from 'sandtable';

export default policy({
  // The guest's files. They live in memory: nothing here is a real folder of the server.
  mounts: {
    '/tmp': { mode: 'read-write' },
  },

  // How much may be stored. Writing more fails with "Disk quota exceeded".
  quotas: { fileBytes: 8_000_000, totalBytes: 32_000_000, files: 1000, descriptors: 256 },

  rules: [
    // Everybody may look around and read. 'read' stands for every call that looks and changes nothing.
    allow('read'),

    // Changing is for /tmp only. /tmp/** means the folder itself and everything below it.
    allow('write', '/tmp/**'),

    // Printing: the terminal and pipes are files too. What has no path has a name in angle brackets; a file that was removed while
    // it is open is '<deleted>'.
    allow('write', ['<stdin>', '<stdout>', '<stderr>', '<pipe>', '<socket>', '<deleted>', '/dev/**']),

    // A file that is open already has been judged when it was opened; these calls only handle its number.
    allow('io', { mode: 'none' }),
    allow(['ll_os_getcwd', 'll_os_umask']),

    // Harmless questions about the terminal, the clock, the machine, and random numbers.
    allow(['terminal', 'time', 'identity', 'random']),

    // A program may send signals to itself: Ctrl-C does, and an alarm does it later.
    allow(['ll_os_kill', 'll_os_alarm', 'll_os_setitimer', 'll_os_getitimer', 'll_os_pause']),

    // Sockets. This guest is alone on a network of its own: whoever it talks to on 127.0.0.1 is itself. asyncio needs that.
    allow('network', { mode: 'none' }),
    allow(['ll_socket_socket', 'll_socket_listen', 'll_socket_send', 'll_socket_shutdown']),
    allow(
      ['ll_socket_bind', 'll_socket_connect', 'll_socket_sendto'],
      ['<socket>', '<127.*:*>', '<0.0.0.0:*>', '<\\[::1\\]:*>', '<\\[::\\]:*>', '<unix>', '<@**>'],
    ),
    deny(['ll_socket_bind', 'll_socket_connect', 'll_socket_sendto'], '<**>', {
      errno: 'ENETUNREACH',
      why: 'There is nobody else on this network.',
    }),

    // To wait for other programs is harmless: there are none, and Linux has an answer for that.
    allow('ll_os_waitpid'),

    // No other programs. The platform would refuse it anyway; said here, it carries our own words.
    deny('process', { raise: 'RuntimeError', why: 'This guest has to do everything by itself.' }),
  ],

  // And what no rule has named: not allowed.
  otherwise: 'deny',
});

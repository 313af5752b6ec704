/**
 * One door. Who may be reached is said by rules, about addresses; which names may be asked for, how often somebody may knock, and what
 * may be said, by functions.
 */
import { allow, answer, deny, policy, standard } from 'sandtable';

const NAME = 'quote';
const ADDRESS = '<10.7.0.1:17>';
const MOST_VISITS = {{visits}};
const GREETING = 'hello\n';

let visits = 0;
/** Numbers of sockets that may still say the greeting. */
const fresh = new Set<number>();

export default policy({
  ...standard,

  rules: [
    allow('ll_socket_connect', ADDRESS),
    deny(['ll_socket_connect', 'll_socket_bind', 'll_socket_listen', 'll_socket_accept', 'll_socket_sendto', 'll_socket_socketpair'], {
      errno: 'ENETUNREACH',
      why: 'there is one door, and it is another one',
    }),
    // send() is how one talks here. A socket is a file as well, and what is written to it would not be looked at.
    deny('ll_os_write', '<socket>', { errno: 'EPERM', why: 'use the door' }),
    allow(['ll_socket_socket', 'll_socket_send', 'll_socket_recv', 'll_socket_recvfrom', 'll_socket_shutdown', 'll_socket_getaddrinfo']),
    allow('network', { mode: 'none' }),
    deny('network', { errno: 'ENETUNREACH' }),
    ...standard.rules,
  ],

  middleware: {
    // A question about a name travels as well. Names that are not ours do not exist, and nobody is asked.
    ll_socket_getaddrinfo(call, next) {
      return next();
    },

    async ll_socket_connect(call, next) {
      if (call.path !== ADDRESS) return next();
      if (visits >= MOST_VISITS) return deny('ECONNREFUSED', `${MOST_VISITS} visits are enough`);
      visits += 1;
      fresh.add(call.args.fd);
      return next();
    },

    ll_socket_send(call, next) {
      // Taken out before it is said: a second thread must not find it there.
      if (call.args.data !== GREETING || !fresh.delete(call.args.fd)) return deny('EPERM', 'there is one thing to say, once');
      return next();
    },
  },
});

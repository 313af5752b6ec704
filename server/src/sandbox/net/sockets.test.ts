/** Sockets of real guests: what waits, what is judged, what is shown. That they answer as Linux does is `comparison/`'s. */
import { describe, expect, it } from 'vitest';
import { runScript, startScript } from '../testing/runScript.ts';

describe('sockets of a guest', () => {
  it('wake who waits: for a connection, for bytes, for room, with a time-out, with a signal', async () => {
    const { out } = await runScript(`
import os, select, signal, socket, threading, time
server = socket.create_server(('127.0.0.1', 0))
taken = []
acceptor = threading.Thread(target=lambda: taken.append(server.accept()[0]))
acceptor.start()
time.sleep(0.05)
client = socket.create_connection(server.getsockname())
acceptor.join()
here = taken[0]
total = 3_000_000
reader = threading.Thread(target=lambda: taken.append(sum(len(part) for part in iter(lambda: here.recv(100_000), b''))))
reader.start()
client.sendall(b'x' * total)
client.shutdown(socket.SHUT_WR)
reader.join()
print(taken[1] == total, here.recv(1))
client.settimeout(0.05)
try: client.recv(1)
except socket.timeout as error: print('timed out', error)
client.settimeout(None)
def bell(number, frame): raise InterruptedError('bell')
signal.signal(signal.SIGALRM, bell)
signal.setitimer(signal.ITIMER_REAL, 0.05)
try: client.recv(1)
except InterruptedError as error: print(error)
here.sendall(b'abc')
print(client.recv(9, socket.MSG_PEEK), client.recv(3, socket.MSG_WAITALL), select.select([client], [client], [], 0) == ([], [client], []))
here.close()
print(client.recv(1), select.select([client], [], [], 0) == ([client], [], []))
`);
    expect(out).toBe("True b''\ntimed out timed out\nbell\nb'abc' b'abc' True\nb'' True\n");
  });

  it('have their options, and names that are files', async () => {
    const { out } = await runScript(`
import os, socket, stat
s = socket.socket()
s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
print(s.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY), s.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR), s.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE))
for level, name in ((socket.SOL_SOCKET, socket.SO_REUSEPORT), (999, 1)):
    try: s.setsockopt(level, name, 1)
    except OSError as error: print(error)
u = socket.socket(socket.AF_UNIX)
u.bind('/tmp/here')
u.listen()
print(stat.S_ISSOCK(os.stat('/tmp/here').st_mode), oct(os.stat('/tmp/here').st_mode & 0o777), u.getsockname())
os.rename('/tmp/here', '/tmp/there')
c = socket.socket(socket.AF_UNIX)
c.connect('/tmp/there')
a, name = u.accept()
print(repr(name), c.getpeername())
for wrong in ('/tmp/none', '/tmp'):
    try: socket.socket(socket.AF_UNIX).connect(wrong)
    except OSError as error: print(error)
try: open('/tmp/there')
except OSError as error: print(error)
u.close()
try: socket.socket(socket.AF_UNIX).connect('/tmp/there')
except OSError as error: print(error)
`);
    expect(out).toBe(`1 1 1
[Errno 92] Protocol not available
[Errno 92] Protocol not available
True 0o755 /tmp/here
'' /tmp/here
[Errno 2] No such file or directory
[Errno 111] Connection refused
[Errno 6] No such device or address: '/tmp/there'
[Errno 111] Connection refused
`);
  });

  it('are judged by where they go, and tell it', async () => {
    const { out, rows } = await runScript(
      `
import socket
def attempt(what):
    try: print(what())
    except OSError as error: print(error)
attempt(lambda: socket.create_server(('127.0.0.1', 5000)).getsockname())
attempt(lambda: socket.create_server(('127.0.0.1', 6000)).getsockname())
attempt(lambda: socket.create_connection(('127.0.0.1', 5000)).getpeername())
attempt(lambda: socket.create_connection(('127.0.0.1', 7000)).getpeername())
attempt(lambda: socket.socket(socket.AF_UNIX).bind('/tmp/secret/s'))
attempt(lambda: socket.socket(socket.AF_UNIX).bind('/tmp/open/../secret/s'))
attempt(lambda: socket.socket(socket.AF_UNIX).bind('/tmp/open/s'))
attempt(lambda: [each[4] for each in socket.getaddrinfo('far', 80, type=socket.SOCK_STREAM)])
`,
      {
        policy: `
import { policy, allow, deny, fake, standard } from 'sandtable';
export default policy({
  mounts: { '/tmp': { mode: 'read-write', files: { 'secret/x': '', 'open/x': '' } } },
  rules: [
    deny('ll_socket_bind', '<127.0.0.1:6000>', { errno: 'EACCES', why: 'not this door' }),
    deny('write', '/tmp/secret/**', { errno: 'EPERM', why: 'secret' }),
    fake('ll_socket_getaddrinfo', ['10.1.2.3']),
    ...standard.rules,
  ],
  middleware: {
    ll_socket_connect: (call, next) => next({ address: call.args.address.replace(':7000', ':5000') }),
  },
});`,
      },
    );
    expect(out).toBe(`('127.0.0.1', 5000)
[Errno 13] Permission denied (while attempting to bind on address ('127.0.0.1', 6000))
('127.0.0.1', 5000)
('127.0.0.1', 5000)
[Errno 1] Operation not permitted
[Errno 1] Operation not permitted
None
[('10.1.2.3', 80)]
`);
    const places = rows()
      .filter(({ call }) => call === 'll_socket_bind' || call === 'll_socket_connect')
      .map(({ call, path, args, verdict }) => [call, path ?? args['address'], verdict]);
    expect(places).toContainEqual(['ll_socket_bind', '<127.0.0.1:6000>', 'deny']);
    expect(places).toContainEqual(['ll_socket_bind', '/tmp/secret/s', 'deny']);
    expect(places).toContainEqual(['ll_socket_bind', '/tmp/open/s', 'allow']);
  });

  it('do not exist under the lecture', async () => {
    const { out } = await runScript(
      `
import _socket
try: _socket.socket()
except OSError as error: print(error)
`,
      { policy: 'lecture' },
    );
    expect(out).toBe('[Errno 1] Operation not permitted\n');
  });

  it('are told apart from those of another guest', async () => {
    const listening = await startScript(`
import socket
server = socket.create_server(('127.0.0.1', 5000))
name = socket.socket(socket.AF_UNIX)
name.bind('\\0name')
name.listen()
print('listens', flush=True)
server.accept()
`);
    await listening.shows('listens');
    const { out } = await runScript(`
import socket
for family, address in ((socket.AF_INET, ('127.0.0.1', 5000)), (socket.AF_UNIX, '\\0name')):
    try: socket.socket(family).connect(address)
    except OSError as error: print(error)
`);
    listening.handle.stop();
    await listening.handle.done;
    expect(out).toBe('[Errno 111] Connection refused\n[Errno 111] Connection refused\n');
  });
});

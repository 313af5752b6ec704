/** Services of a lab as a real guest meets them. */
import { describe, expect, it } from 'vitest';
import { runScript } from '../testing/runScript.ts';
import { ServiceNetwork } from './serviceNetwork.ts';

const OPEN = `import { policy, allow } from 'sandtable';
export default policy({ rules: [allow('*')], otherwise: 'allow' });
`;

function services(): ServiceNetwork {
  return new ServiceNetwork([
    {
      host: 'quote',
      ip: '10.7.0.1',
      port: 17,
      talk: { kind: 'lines', lines: ['one\n', 'two\n', 'three\n'], seed: 'lab' },
    },
    { host: 'echo', ip: '10.7.0.2', port: 7, talk: { kind: 'echo' } },
    {
      host: 'web',
      ip: '10.7.0.3',
      port: 80,
      talk: {
        kind: 'script',
        steps: [{ send: 'hello\n' }, { expect: 'GET ', send: 'what?\n' }, { expect: '\n\n', send: 'bye\n' }],
      },
    },
    { host: 'sink', ip: '10.7.0.4', port: 9, talk: { kind: 'silent' } },
  ]);
}

describe('a service of a lab', () => {
  it('is found by its name and says its line, the same for the same seed', async () => {
    const script = `
import socket
print(socket.gethostbyname('quote'), socket.getaddrinfo('quote', 17, socket.AF_INET, socket.SOCK_STREAM)[0][4])
for k in range(3):
    c = socket.create_connection(('quote', 17))
    c.sendall(b'psst %d;' % k)
    print(c.makefile().read(), end='')
    c.close()
`;
    const network = services();
    const { out } = await runScript(script, { policy: OPEN, network });
    expect(out).toMatch(/^10\.7\.0\.1 \('10\.7\.0\.1', 17\)\n((one|two|three)\n){3}$/);
    expect(network.sent()['quote:17']).toEqual({ connections: 3, bytes: 21, data: 'psst 0;psst 1;psst 2;' });
    expect((await runScript(script, { policy: OPEN, network: services() })).out).toBe(out);
  });

  it('echoes more than a socket holds, to who reads late, and hears of the end', async () => {
    const network = services();
    const { out } = await runScript(
      `
import socket, threading
c = socket.create_connection(('echo', 7))
sent = bytes(range(256)) * 8000
def write():
    c.sendall(sent)
    c.shutdown(socket.SHUT_WR)
threading.Thread(target=write).start()
import time; time.sleep(0.2)
got = b''.join(iter(lambda: c.recv(65536), b''))
print(len(got), got == sent)
`,
      { policy: OPEN, network },
    );
    expect(out).toBe('2048000 True\n');
    const { bytes, data } = network.sent()['echo:7']!;
    expect(bytes).toBe(2_048_000);
    expect(data.length).toBeLessThanOrEqual(256 * 1024);
  });

  it('follows its script, whatever pieces it is told in', async () => {
    const { out } = await runScript(
      `
import socket
c = socket.create_connection(('web', 80))
f = c.makefile()
print(f.readline(), end='')
for piece in (b'G', b'ET /', b' HTTP'): c.sendall(piece)
print(f.readline(), end='')
c.sendall(b'\\n\\n')
print(f.read(), end='')
`,
      { policy: OPEN, network: services() },
    );
    expect(out).toBe('hello\nwhat?\nbye\n');
  });

  it('hears all and says nothing; nobody takes its place, and nobody else is there', async () => {
    const network = services();
    const { out } = await runScript(
      `
import os, socket
c = socket.create_connection(('10.7.0.4', 9))
c.sendall(b'x' * 1000)
c.settimeout(0.05)
try: c.recv(1)
except socket.timeout: print('silent')
def tried(what):
    try: what(); print('done')
    except OSError as error: print(error.strerror)
s = socket.socket()
tried(lambda: s.bind(('10.7.0.1', 17)))
tried(lambda: socket.create_connection(('10.7.0.1', 18)))
tried(lambda: socket.create_connection(('10.9.9.9', 17)))
tried(lambda: socket.gethostbyname('elsewhere'))
own = socket.create_server(('127.0.0.1', 0))
tried(lambda: socket.create_connection(own.getsockname()))
`,
      { policy: OPEN, network },
    );
    expect(out.split('\n').slice(0, 6)).toEqual([
      'silent',
      'Cannot assign requested address',
      'Connection refused',
      'Network is unreachable',
      expect.stringContaining('not known'),
      'done',
    ]);
    expect(network.sent()['sink:9']!.bytes).toBe(1000);
  });

  it('is judged by its address', async () => {
    const policy = `import { policy, allow, deny, standard } from 'sandtable';
export default policy({ rules: [allow('ll_socket_connect', '<10.7.0.1:17>'), ...standard.rules], otherwise: 'deny' });
`;
    const { rows, out } = await runScript(
      `
import socket
print(socket.create_connection(('quote', 17)).recv(99) != b'')
try: socket.create_connection(('echo', 7))
except OSError as error: print(error)
`,
      { policy, network: services() },
    );
    expect(out).toBe('True\n[Errno 101] Network is unreachable\n');
    expect(
      rows()
        .filter(({ call }) => call === 'll_socket_connect')
        .map(({ path, verdict }) => [path, verdict]),
    ).toEqual([
      ['<10.7.0.1:17>', 'allow'],
      ['<10.7.0.2:7>', 'deny'],
    ]);
  });

  it('lets no flood of connections or bytes hold up anybody', async () => {
    const network = services();
    const { out, exit } = await runScript(
      `
import socket
kept = []
for k in range(200):
    c = socket.create_connection(('sink', 9))
    c.sendall(b'y' * 20000)
    kept.append(c)
print(len(kept))
`,
      { policy: OPEN, network, limits: { wallSeconds: 15 } },
    );
    expect([out, exit.status]).toEqual(['200\n', 0]);
    expect(network.sent()['sink:9']!.connections).toBe(200);
  });
});

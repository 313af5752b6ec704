/** The same steps in the virtual world. */
import { errnoName } from '@sandtable/shared/errno';
import { guestPath } from '../../paths.ts';
import { O_NONBLOCK } from '../../vfs/abi.ts';
import { Vfs } from '../../vfs/index.ts';
import type { Outcome } from '../../vfs/result.ts';
import { GuestNet } from '../guestNet.ts';
import type { GuestSocket, SocketOrigin } from '../guestSocket.ts';
import { formatAddress, UNNAMED, type SocketAddress } from '../socketAddress.ts';
import { TcpSocket } from '../tcpSocket.ts';
import { UdpSocket } from '../udpSocket.ts';
import { UnixDatagramSocket } from '../unixDatagramSocket.ts';
import { UnixStreamSocket } from '../unixStreamSocket.ts';
import type { Answer, Spelled, Step } from './steps.ts';

const FIRST_CHOSEN_PORT = 32_768;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_ERROR = 4;
const SO_LINGER = 13;

/**
 * What is compared. A socket that is bound does not connect to where nobody listens: Linux lets two sockets meet that both connect, and one
 * meet itself; here nobody is there.
 */
export type Performed = { readonly steps: readonly Step[]; readonly answers: readonly Answer[] };

export class VirtualSockets {
  readonly net = new GuestNet();
  readonly #sockets: (GuestSocket | null)[] = [];
  readonly #seen = new Map<string, string>();
  readonly #shut = new Set<GuestSocket>();
  readonly #files;

  constructor() {
    const vfs = new Vfs({
      mounts: [{ at: guestPath('/tmp'), kind: 'memory', writeMode: 'read-write', mode: 0o777 }],
    });
    const guest = vfs.guest({ uid: 1000, gid: 1000, cwd: guestPath('/tmp') });
    if (!guest.ok) throw new Error(guest.errno);
    this.#files = guest.value;
  }

  /** What is performed, and what it came to; steps that cannot be compared are left out of both. */
  run(steps: readonly Step[]): Performed {
    const done: Step[] = [];
    const answers: Answer[] = [];
    for (const step of steps) {
      if (this.#meetsNobody(step) || this.#isOfAnAge(step)) continue;
      done.push(step);
      answers.push(this.#step(step));
    }
    return { steps: done, answers };
  }

  closeAll(): void {
    for (const socket of this.#sockets) socket?.release();
  }

  #origin(): SocketOrigin {
    const nextIdentity = (): SocketOrigin['identity'] => this.#files.anonymous(0o777);
    return {
      net: this.net,
      identity: nextIdentity(),
      nextIdentity,
      privileged: false,
      files: {
        make: (path) => this.#files.makeSocket(guestPath(path)),
        remove: (path) => void this.#files.unlink(guestPath(path)),
        find: (path) => this.#files.findSocket(guestPath(path)),
      },
    };
  }

  #at(index: number): GuestSocket | null {
    return this.#sockets.length === 0 ? null : this.#sockets[index % this.#sockets.length]!;
  }

  #meetsNobody(step: Step): boolean {
    if (step[0] !== 'connect') return false;
    const socket = this.#at(step[1]);
    if (!(socket instanceof TcpSocket) || socket.listening) return false;
    const to = this.#address(step[2]);
    const own = socket.localAddress();
    if (to === null || !('port' in to) || !('port' in own) || own.port === 0) return false;
    const found = this.net.network.find('tcp', to);
    return 'holder' in found && found.holder === null;
  }

  /** A datagram of a socket that is shut and connected to nobody: which of the two is told first changed between versions of Linux. */
  #isOfAnAge(step: Step): boolean {
    if (step[0] !== 'send' && step[0] !== 'sendto') return false;
    const socket = this.#at(step[1]);
    return socket instanceof UnixDatagramSocket && this.#shut.has(socket);
  }

  #address(spelled: Spelled): SocketAddress | null {
    switch (spelled[0]) {
      case 'of':
        return this.#at(spelled[1])?.localAddress() ?? null;
      case 'unix':
        return spelled[1] === 'unnamed' ? UNNAMED : { family: 'unix', kind: spelled[1], name: spelled[2] };
      default:
        return { family: spelled[0], host: spelled[1], port: spelled[2] };
    }
  }

  #unknown(key: string, kind: string): string {
    const known = this.#seen.get(`${kind} ${key}`);
    if (known !== undefined) return known;
    const order = [...this.#seen.values()].filter((each) => each.startsWith(kind)).length;
    this.#seen.set(`${kind} ${key}`, `${kind}${String(order)}`);
    return `${kind}${String(order)}`;
  }

  #text(address: SocketAddress): string {
    if (address.family === 'unix' && address.kind === 'abstract' && /^[0-9a-f]{5}$/.test(address.name))
      return `unix:@${this.#unknown(address.name, 'name')}`;
    if ('port' in address && address.port >= FIRST_CHOSEN_PORT) {
      const port = this.#unknown(String(address.port), 'port');
      return formatAddress(address).replace(/\d+$/, port);
    }
    return formatAddress(address);
  }

  #step(step: Step): Answer {
    const [name] = step;
    if (name === 'socket') {
      const [, family, type] = step;
      const make =
        family === 'unix'
          ? new (type === 'stream' ? UnixStreamSocket : UnixDatagramSocket)(this.#origin(), O_NONBLOCK)
          : new (type === 'stream' ? TcpSocket : UdpSocket)(family, this.#origin(), O_NONBLOCK);
      this.#sockets.push(make);
      return 'done';
    }
    if (name === 'pair') {
      const make = step[1] === 'stream' ? UnixStreamSocket : UnixDatagramSocket;
      this.#sockets.push(...make.pair([this.#origin(), this.#origin()], O_NONBLOCK));
      return 'done';
    }
    const socket = this.#at(step[1]);
    if (socket === null) return 'EBADF';
    return this.#on(socket, step);
  }

  #on(socket: GuestSocket, step: Exclude<Step, readonly ['socket' | 'pair', ...unknown[]]>): Answer {
    switch (step[0]) {
      case 'bind':
      case 'connect': {
        const address = this.#address(step[2]);
        if (address === null) return 'EBADF';
        if (step[0] === 'bind') return socket.bind(address) ?? 'done';
        return told(socket.connecting(address)(), () => 'done');
      }
      case 'listen':
        return socket.listen(step[2]) ?? 'done';
      case 'accept':
        return told(socket.accept(), (child) => {
          child.flags |= O_NONBLOCK;
          this.#sockets.push(child);
          const peer = child.peerAddress();
          return typeof peer === 'string' ? peer : this.#text(peer);
        });
      case 'send':
        return told(socket.sending(null)(Buffer.alloc(step[2], 'x')), (sent) => sent);
      case 'sendto': {
        const address = this.#address(step[3]);
        if (address === null) return 'EBADF';
        return told(socket.sending(address)(Buffer.alloc(step[2], 'y')), (sent) => sent);
      }
      case 'recv':
        return told(socket.receive(step[2], step[3]), ({ bytes, from }) => {
          const stream = socket.options.kind.type === 'stream';
          const unix = socket.options.kind.family === 'unix';
          const address = stream ? null : from === null ? (unix ? 'unix:' : null) : this.#text(from);
          return [Buffer.from(bytes).toString(), address];
        });
      case 'shutdown':
        this.#shut.add(socket);
        return socket.shutdown(step[2]) ?? 'done';
      case 'close':
        this.#sockets[step[1] % this.#sockets.length] = null;
        socket.release();
        return 'done';
      case 'name':
        return this.#text(socket.localAddress());
      case 'peer': {
        const peer = socket.peerAddress();
        return typeof peer === 'string' ? peer : this.#text(peer);
      }
      case 'error': {
        const found = socket.options.get(SOL_SOCKET, SO_ERROR, socket);
        return typeof found === 'object' && 'number' in found ? (errnoName(found.number) ?? 0) : 'odd';
      }
      case 'option': {
        const found = socket.options.get(step[2], step[3], socket);
        return typeof found === 'string' ? found : 'number' in found ? found.number : 'bytes';
      }
      case 'reuse':
        return socket.options.set(SOL_SOCKET, SO_REUSEADDR, int32s(step[2])) ?? 'done';
      case 'linger':
        return socket.options.set(SOL_SOCKET, SO_LINGER, int32s(1, 0)) ?? 'done';
      case 'poll':
        return socket.events();
    }
  }
}

function told<T>(outcome: Outcome<T>, value: (value: T) => Answer): Answer {
  return outcome.ok ? value(outcome.value) : outcome.errno;
}

function int32s(...values: readonly number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(values).buffer);
}

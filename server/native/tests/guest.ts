/**
 * Starts `sandtable-host` and speaks the wire with it: the smallest controller that the host's own tests need, and an
 * example of the wire for whoever writes a real one.
 *
 * Start-up: spawn with a control descriptor (3); the host names two descriptors of its own; open them through
 * `/proc/PID/fd`, which gives fresh descriptions of the same pipes, so that O_NONBLOCK here is not O_NONBLOCK there; say
 * `go`; wait for `ready`; the first frame is the hello. Requests are read by a net.Socket with a static buffer, replies
 * are written with fs.writeSync: no stream, no allocation per chunk.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WIRE_SYMBOLS } from '../../../shared/src/calls.ts';
import type { WireSymbol } from '../../../shared/src/calls.ts';

export const HOST = new URL('../build/sandtable-host', import.meta.url).pathname;

const NULL_LENGTH = 0xffffffff;
const HELLO = 0xffff;
const HEAD = 12;
const READ_BUFFER = 256 * 1024;
const MAX_FRAME = 4 * 1024 * 1024 + 64 * 1024;

export type Argument = number | string | Buffer | null;

/** What a handler answers: a result, an error number, and the bytes of each out-argument in order. */
export interface Answer {
  readonly ret: number;
  readonly errno?: number;
  readonly flags?: number;
  readonly outs?: readonly Buffer[];
}

export interface Request {
  readonly id: number;
  readonly fid: number;
  readonly thread: number;
  readonly symbol: string;
  readonly args: readonly Argument[];
}

/** Answers at once, later (a promise), or never (undefined: the handler keeps `reply` to itself). */
export type Handler = (request: Request, reply: (answer: Answer) => void) => Answer | undefined;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Guest {
  readonly child: ChildProcess;
  readonly pid: number;
  /** The `ready` line, parsed. */
  readonly ready: Promise<Record<string, unknown>>;
  /** The hello frame, parsed. */
  readonly hello: Promise<Record<string, unknown>>;
  readonly ended: Promise<Ended>;
  /** What was wrong with the frame for which the guest was killed. */
  readonly malformed: () => string | undefined;
  /** Writes raw bytes on the reply pipe, to play a broken controller. */
  readonly writeRaw: (bytes: Buffer) => void;
  /** Closes the controller's ends, as its death would. */
  readonly hangUp: () => void;
}

/** Arguments of one request, in the order of the symbol's signature; out-structs have none. */
function decodeArguments(symbol: WireSymbol, frame: Buffer): Argument[] {
  let at = HEAD - 4;
  const args: Argument[] = [];
  for (const op of symbol.ops) {
    if ('ilrA'.includes(op.code)) {
      args.push(Number(frame.readBigInt64LE(at)));
      at += 8;
    } else if ('swIXx'.includes(op.code)) {
      const length = frame.readUInt32LE(at);
      at += 4;
      if (length === NULL_LENGTH) {
        args.push(null);
        continue;
      }
      const bytes = Buffer.from(frame.subarray(at, at + length));
      args.push(op.code === 's' ? bytes.toString('utf8') : bytes);
      at += length;
    }
  }
  if (at !== frame.length) throw new Error(`${symbol.symbol}: ${String(frame.length - at)} bytes too many`);
  return args;
}

export function encodeReply(id: number, answer: Answer): Buffer {
  const outs = answer.outs ?? [];
  const head = Buffer.alloc(24);
  head.writeUInt32LE(20 + outs.reduce((sum, out) => sum + 4 + out.length, 0), 0);
  head.writeUInt32LE(id, 4);
  head.writeBigInt64LE(BigInt(answer.ret), 8);
  head.writeInt32LE(answer.errno ?? 0, 16);
  head.writeUInt32LE(answer.flags ?? 0, 20);
  const parts: Buffer[] = [head];
  for (const out of outs) {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(out.length);
    parts.push(length, out);
  }
  return parts.length === 1 ? head : Buffer.concat(parts);
}

/** Cuts a byte stream into frames (without their length field); throws where a length cannot be one. */
function frameSplitter(onFrame: (frame: Buffer) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    while (rest.length >= 4) {
      const length = rest.readUInt32LE(0);
      if (length < HEAD - 4 || length > MAX_FRAME) throw new Error(`a frame of ${String(length)} bytes`);
      if (rest.length < 4 + length) return;
      onFrame(rest.subarray(4, 4 + length));
      rest = rest.subarray(4 + length);
    }
  };
}

/** Reads lines of the control descriptor. */
function onLines(control: Duplex, onLine: (line: Record<string, unknown>) => void): void {
  let text = '';
  control.setEncoding('utf8');
  control.on('error', () => undefined);
  control.on('data', (chunk: string) => {
    text += chunk;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      onLine(JSON.parse(text.slice(0, end)) as Record<string, unknown>);
      text = text.slice(end + 1);
    }
  });
}

export interface StartOptions {
  readonly options?: readonly string[];
  readonly argv?: readonly string[];
  /** Runs the host under another program, such as strace. */
  readonly under?: readonly string[];
  readonly host?: string;
}

/** Starts a guest whose requests go to `handler`. Rejects with the host's error line where preparation fails. */
export async function startGuest(handler: Handler, start: StartOptions = {}): Promise<Guest> {
  const uid = process.getuid?.() === 0 ? ['--uid', '64123'] : [];
  const command = [...(start.under ?? []), start.host ?? HOST, ...uid, ...(start.options ?? []), '--', ...(start.argv ?? [])];
  const child = spawn(command[0]!, command.slice(1), { stdio: ['ignore', 'ignore', 'inherit', 'pipe'], env: {} });
  const control = child.stdio[3] as Duplex;
  const ended = new Promise<Ended>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  const ready = Promise.withResolvers<Record<string, unknown>>();
  const hello = Promise.withResolvers<Record<string, unknown>>();
  const pipes = Promise.withResolvers<Record<string, unknown>>();
  ready.promise.catch(() => undefined);
  onLines(control, (line) => {
    if (line['type'] === 'pipes') pipes.resolve(line);
    else if (line['type'] === 'ready') ready.resolve(line);
    else {
      const failure = new Error(`${String(line['code'])}: ${String(line['message'])}`);
      pipes.reject(failure);
      ready.reject(failure);
    }
  });
  const { pid, request, reply } = (await pipes.promise) as { pid: number; request: number; reply: number };
  const requests = openSync(`/proc/${String(pid)}/fd/${String(request)}`, constants.O_RDONLY | constants.O_NONBLOCK);
  const replies = openSync(`/proc/${String(pid)}/fd/${String(reply)}`, constants.O_WRONLY | constants.O_NONBLOCK);
  control.write('go\n');

  let open = true;
  const writeRaw = (bytes: Buffer): void => {
    for (let at = 0; open && at < bytes.length; ) {
      try {
        at += writeSync(replies, bytes, at);
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code;
        if (code === 'EPIPE') return;
        if (code !== 'EAGAIN') throw error; // a real controller queues; a test may spin until the guest has read
      }
    }
  };
  const onFrame = (frame: Buffer): void => {
    const id = frame.readUInt32LE(0);
    const fid = frame.readUInt16LE(4);
    if (fid === HELLO) {
      hello.resolve(JSON.parse(frame.subarray(HEAD - 4).toString()) as Record<string, unknown>);
      return;
    }
    const symbol = WIRE_SYMBOLS[fid];
    const send = (answer: Answer): void => writeRaw(encodeReply(id, answer));
    if (symbol === undefined) throw new Error(`unknown fid ${String(fid)}`);
    const answer = handler({ id, fid, thread: frame.readUInt16LE(6), symbol: symbol.symbol, args: decodeArguments(symbol, frame) }, send);
    if (answer !== undefined) send(answer);
  };
  // A guest whose frames are not the wire's has taken the host over: it is ended, and nothing else happens.
  let malformed: string | undefined;
  const split = frameSplitter((frame) => {
    if (malformed === undefined) onFrame(frame);
  });
  const receive = (chunk: Buffer): void => {
    try {
      split(chunk);
    } catch (error) {
      malformed = (error as Error).message;
      child.kill('SIGKILL');
    }
  };
  const buffer = Buffer.alloc(READ_BUFFER);
  const socket = new Socket({
    fd: requests,
    readable: true,
    writable: false,
    onread: {
      buffer,
      callback(count: number): boolean {
        if (malformed === undefined) receive(buffer.subarray(0, count));
        return true;
      },
    },
  });
  socket.on('error', () => undefined);
  const hangUp = (): void => {
    if (!open) return;
    open = false;
    closeSync(replies);
    socket.destroy();
  };
  void ended.then(() => {
    control.destroy();
    setImmediate(hangUp);
  });
  return { child, pid, ready: ready.promise, hello: hello.promise, ended, malformed: () => malformed, writeRaw, hangUp };
}

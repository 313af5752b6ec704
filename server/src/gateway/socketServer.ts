/**
 * The socket edge: parses what arrives, has it judged by the rule of its name (`access.ts`), hands it to the handler of its name, answers.
 *
 * NEVER does anything that arrives get past this file without having been parsed by `protocol.ts` and judged; never does a request, however
 * wrong, end in anything but a reply to that page. Handlers are called in the order in which requests came, however long a judgement takes.
 */
import type { Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import { PLAIN_PACKETS } from './plainPackets.ts';
import { SIGNED_OUT } from '@sandtable/shared/httpMessages';
import { requests, type Reply, type RequestName } from '@sandtable/shared/protocol';
import type { Refusal } from './allowedOrigins.ts';
import { ACCESS, type Rule } from './access.ts';
import type { Actor } from './actor.ts';
import { personRoom, signInRoom, type Doorkeeper } from './doorkeeper.ts';
import { RateLimit } from './rateLimit.ts';
import { crashed, refused } from './replies.ts';
import type { Handlers } from './requestHandlers.ts';

/** The largest message: a file of a megabyte as base64, or as JSON full of escapes. A longer one ends the connection. */
export const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

/** Connections at once, some dozens of kilobytes each. */
const MAX_SOCKETS = 1_000;

/** Requests of one page that are being worked on at once. */
const MAX_AT_ONCE = 64;

/** Refused requests in a row after which a page is no page but an attack. */
const MAX_REFUSALS = 5_000;

/** Messages waiting to be written to one page, above which it is given no more: some two seconds of batches. */
const BLOCKED_MESSAGES = 60;

/** How often blocked connections are looked for. */
const BLOCKED_CHECK_MS = 250;

export function openSockets(
  http: HttpServer,
  check: (host: string | undefined, origin: string | undefined) => Refusal | null,
): Server {
  return new Server(http, {
    serveClient: false,
    parser: PLAIN_PACKETS,
    maxHttpBufferSize: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    pingInterval: 10_000,
    pingTimeout: 10_000,
    allowRequest: (request, decide) =>
      decide(null, check(request.headers.host, request.headers.origin) === null),
  });
}

export interface SocketEvents {
  /** The page is gone. */
  gone(page: string): void;
  /** The way to the page is blocked, or free again. */
  blocked(page: string, blocked: boolean): void;
}

/** Serves connections until the server is closed. */
export function serveSockets(io: Server, handlers: Handlers, door: Doorkeeper, events: SocketEvents): void {
  io.use((_socket, next) => {
    next(
      io.sockets.sockets.size >= MAX_SOCKETS
        ? new Error('There are too many pages connected to this server.')
        : undefined,
    );
  });
  const enter = (socket: Socket): Promise<Actor | null> => door.enter(socket.handshake.headers.cookie);
  io.use((socket, next) => {
    void enter(socket).then(
      (actor) => {
        (socket.data as SocketData).actor = actor;
        next(actor === null ? new Error(SIGNED_OUT) : undefined);
      },
      (error: unknown) => next(new Error(crashed('entering', error).error.message)),
    );
  });
  io.on('connection', (socket) => {
    const { actor } = socket.data as SocketData;
    if (actor === null) return void socket.disconnect(true);
    void socket.join(personRoom(actor.person));
    if (actor.signIn !== undefined) {
      void socket.join(signInRoom(actor.signIn));
      // It may have ended after it was looked up and before the connection could be found by it.
      void enter(socket).then(
        (still) => still ?? socket.disconnect(true),
        () => socket.disconnect(true),
      );
    }
    serveSocket(socket, handlers, door, actor);
    let blocked = false;
    const watch = setInterval(() => {
      const waiting = waitingMessages(socket);
      if (blocked ? waiting > 0 : waiting <= BLOCKED_MESSAGES) return;
      blocked = !blocked;
      events.blocked(socket.id, blocked);
    }, BLOCKED_CHECK_MS);
    watch.unref();
    socket.on('disconnect', () => {
      clearInterval(watch);
      events.gone(socket.id);
    });
  });
}

function serveSocket(socket: Socket, handlers: Handlers, door: Doorkeeper, actor: Actor): void {
  const rate = new RateLimit(Date.now());
  let atOnce = 0;
  let refusals = 0;
  /** The judgements so far, one after the other. */
  let turn: Promise<unknown> = Promise.resolve();

  const refuse = (answer: Answer | null, code: 'bad-request' | 'rate', message: string): void => {
    answer?.(refused(code, message));
    if (++refusals > MAX_REFUSALS) socket.disconnect(true);
  };

  socket.onAny((name: string, ...args: unknown[]) => {
    const answer = answerOf(args);
    const request = Object.hasOwn(requests, name) ? (name as RequestName) : null;
    if (request === null)
      return refuse(
        answer,
        'bad-request',
        'There is no such request. Reload the page: it may be of another version.',
      );
    if (!rate.allows(request, Date.now()) || atOnce >= MAX_AT_ONCE)
      return refuse(answer, 'rate', 'Too many requests at once. Nothing was changed; try again in a moment.');
    const parsed = requests[request].safeParse(args[0]);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      return refuse(
        answer,
        'bad-request',
        `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`,
      );
    }
    refusals = 0;
    atOnce += 1;
    const handle = handlers[request] as Handle;
    const judged = turn.then(() => door.judge(ACCESS[request] as Rule<unknown>, parsed.data, actor));
    turn = judged.catch(() => {});
    void judged
      .then((denial) => denial ?? handle(parsed.data, socket.id, actor))
      .catch((error: unknown) => crashed(request, error))
      .then((reply) => {
        atOnce -= 1;
        answer?.(reply);
      });
  });
}

/** Messages handed over but not taken by the network yet. engine.io has them as `writeBuffer`, which its types keep to itself. */
function waitingMessages(socket: Socket): number {
  return (socket.conn as unknown as { readonly writeBuffer: readonly unknown[] }).writeBuffer.length;
}

interface SocketData {
  actor: Actor | null;
}

type Handle = (body: unknown, page: string, actor: Actor) => Promise<Reply<unknown>>;

type Answer = (reply: Reply<unknown>) => void;

function answerOf(args: readonly unknown[]): Answer | null {
  const last = args.at(-1);
  return typeof last === 'function' ? (last as Answer) : null;
}

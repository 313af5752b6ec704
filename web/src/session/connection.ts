/**
 * The socket to the server: typed requests with one answer each, typed announcements, and a status that is never more
 * hopeful than the truth.
 *
 * A request made while the line is down fails at once with `offline`; it is NEVER queued to be sent later, because by then the
 * world may have changed. Whoever wants something to survive an outage (edits do) keeps it and asks again after `online`.
 * Only a page that is just opening waits for its first line: whoever clicks that early has seen nothing that could change.
 *
 * What arrives has been parsed (`serverMessages.ts`) before anybody hears of it. What makes no sense is NEVER handed on, not even in
 * part: an announcement is dropped, a reply becomes the failure `nonsense`, and {@link Connection.onNonsense} tells of both.
 */
import { SIGNED_OUT } from '@sandtable/shared/httpMessages';
import {
  requests,
  type Announcements,
  type ProtocolError,
  type Replies,
  type RequestBody,
  type RequestName,
} from '@sandtable/shared/protocol';
import { announcements, replies } from '@sandtable/shared/serverMessages';
import { io, type Socket } from 'socket.io-client';
import type { z } from 'zod';

/** An honest answer takes milliseconds, a policy's first check a second; after this the server is not answering. */
const ANSWER_TIMEOUT_MS = 20_000;

/** Quick enough that a restarted server is found while one still looks at the badge, slow enough to be no load. */
const RECONNECT_MIN_MS = 250;
const RECONNECT_MAX_MS = 4_000;

/** An attempt that was begun without a network may hang without an error long after there is one again; then it is given up, and the next one is made. */
const ATTEMPT_TIMEOUT_MS = 5_000;

/** How long a request of a page that is just opening waits for the first line; a server that is there takes milliseconds. */
const FIRST_LINE_MS = 5_000;

export type ConnectionStatus = 'connecting' | 'online' | 'offline';

export interface RequestFailure {
  readonly code: ProtocolError['code'] | 'offline' | 'timeout' | 'nonsense';
  /** What failed, what was kept, what to do. */
  readonly message: string;
  readonly diagnostics?: ProtocolError['diagnostics'];
  /** With `conflict` on a file: what the server has; left out where it was removed. */
  readonly file?: ProtocolError['file'];
}

export type Answer<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: RequestFailure };

export interface Connection {
  readonly status: ConnectionStatus;
  /** Number of this page at the server, as in `by` of announcements. */
  readonly id: string | undefined;
  request<N extends RequestName>(name: N, body: RequestBody<N>): Promise<Answer<Replies[N]>>;
  /** @returns the disposer. */
  on<N extends keyof Announcements>(name: N, listener: (value: Announcements[N]) => void): () => void;
  onStatus(listener: (status: ConnectionStatus) => void): () => void;
  /** Something arrived that is none of the protocol's messages, and was dropped. */
  onNonsense(listener: (message: Nonsense) => void): () => void;
  close(): void;
}

export interface Nonsense {
  readonly kind: 'announcement' | 'reply';
  readonly name: string;
  /** The first thing that was wrong with it, for whoever mends it. */
  readonly problem: string;
}

const OFFLINE: RequestFailure = {
  code: 'offline',
  message: 'There is no connection to the server. Your edits are kept here and sent when it is back.',
};

const TIMEOUT: RequestFailure = {
  code: 'timeout',
  message: 'The server did not answer in time. Your edits are kept here. Try again, or reload the page.',
};

const NONSENSE: RequestFailure = {
  code: 'nonsense',
  message:
    'The server gave an answer that this page does not understand. Your edits are kept here. Reload the page: it may be of another version than the server.',
};

/**
 * Connects to the page's own origin.
 *
 * @param cutOff told when the server refuses the line because nobody is signed in; it is not tried again until it is asked for
 */
export function connect(cutOff: (again: () => void) => void): Connection {
  const socket: Socket = io({
    transports: ['websocket', 'polling'],
    reconnectionDelay: RECONNECT_MIN_MS,
    reconnectionDelayMax: RECONNECT_MAX_MS,
    timeout: ATTEMPT_TIMEOUT_MS,
  });
  return connectionOver(socket, cutOff, window);
}

/**
 * The same over a given socket.
 *
 * @param network gets an event `online` when this machine has a network again, as `window` does
 */
export function connectionOver(
  socket: Socket,
  cutOff: (again: () => void) => void = () => {},
  network = new EventTarget(),
): Connection {
  let status: ConnectionStatus = socket.connected ? 'online' : 'connecting';
  const listeners = new Set<(status: ConnectionStatus) => void>();
  const nonsenseListeners = new Set<(message: Nonsense) => void>();
  /** The message where it is one of the protocol's, else null: then it was told. */
  const parsed = <T>(
    kind: Nonsense['kind'],
    name: string,
    schema: z.ZodType<T>,
    value: unknown,
  ): T | null => {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    for (const listener of [...nonsenseListeners])
      listener({ kind, name, problem: firstIssue(result.error) });
    return null;
  };
  const become = (next: ConnectionStatus): void => {
    if (next === status) return;
    status = next;
    for (const listener of [...listeners]) listener(next);
  };
  socket.on('connect', () => become('online'));
  socket.on('disconnect', (reason) => {
    become('offline');
    // socket.io does not come back by itself after the server has closed the line on purpose, as a restart does.
    if (reason === 'io server disconnect') setTimeout(() => socket.connect(), RECONNECT_MIN_MS);
  });
  socket.on('connect_error', ({ message }) => {
    become('offline');
    // Refused by the server, rather than not reached: socket.io does not try again by itself.
    if (socket.active) return;
    if (message === SIGNED_OUT) cutOff(() => socket.connect());
    else setTimeout(() => socket.connect(), RECONNECT_MAX_MS);
  });

  // The attempt under way was begun without a network, or the next one is seconds away.
  const networkBack = (): void => {
    if (!socket.connected && socket.active) socket.disconnect().connect();
  };
  network.addEventListener('online', networkBack);

  const listen = (listener: (status: ConnectionStatus) => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const settled = (): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        forget();
        clearTimeout(timer);
        resolve();
      };
      const forget = listen(done);
      const timer = setTimeout(done, FIRST_LINE_MS);
    });

  return {
    get status() {
      return status;
    },
    get id() {
      return socket.id;
    },
    async request(name, body) {
      const asked = requests[name].safeParse(body);
      if (!asked.success)
        return { ok: false, error: { code: 'bad-request', message: firstIssue(asked.error) } };
      if (status === 'connecting') await settled();
      if (!socket.connected) return { ok: false, error: OFFLINE };
      let answer: unknown;
      try {
        answer = await socket.timeout(ANSWER_TIMEOUT_MS).emitWithAck(name, asked.data);
      } catch {
        return { ok: false, error: socket.connected ? TIMEOUT : OFFLINE };
      }
      return parsed('reply', name, replies[name], answer) ?? { ok: false, error: NONSENSE };
    },
    on(name, listener) {
      const heard = (value: unknown): void => {
        const message = parsed('announcement', name, announcements[name], value);
        if (message !== null) listener(message);
      };
      const untyped = socket as unknown as {
        on(name: string, listener: (value: unknown) => void): void;
        off(name: string, listener: (value: unknown) => void): void;
      };
      untyped.on(name, heard);
      return () => untyped.off(name, heard);
    },
    onStatus: listen,
    onNonsense(listener) {
      nonsenseListeners.add(listener);
      return () => nonsenseListeners.delete(listener);
    },
    close() {
      listeners.clear();
      nonsenseListeners.clear();
      network.removeEventListener('online', networkBack);
      socket.close();
    },
  };
}

/** The first thing that is wrong, and where; of the shapes that a part could have, by the first one. */
function firstIssue(error: z.core.$ZodError): string {
  const path: PropertyKey[] = [];
  let issue = error.issues[0];
  for (;;) {
    path.push(...(issue?.path ?? []));
    const inner = issue?.code === 'invalid_union' ? issue.errors[0]?.[0] : undefined;
    if (inner === undefined) break;
    issue = inner;
  }
  const message = issue?.message ?? 'not valid';
  return path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`;
}

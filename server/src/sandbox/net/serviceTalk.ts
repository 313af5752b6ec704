/**
 * What a virtual service says: the other end of a guest's connection, driven by data and not by code.
 *
 * NEVER does anything here run inside a wake: a connection only marks itself, and is looked at in a later turn, for a bounded piece of work.
 */
import { decodeText, encodeText } from '@sandtable/shared/text';
import { seededIndex } from '@sandtable/shared/labs/parameters';
import { O_NONBLOCK } from '../vfs/abi.ts';
import type { GuestSocket } from './guestSocket.ts';

/** How a service talks. Plain data: it crosses threads. */
export type ServiceTalk =
  /** Says one line of these, chosen by the seed and the number of the connection, and sends no more. */
  | { readonly kind: 'lines'; readonly lines: readonly string[]; readonly seed: string }
  | { readonly kind: 'echo' }
  /** Each step waits for its text (beyond what earlier steps waited for), then says its own. */
  | {
      readonly kind: 'script';
      readonly steps: readonly { readonly expect?: string; readonly send?: string }[];
    }
  | { readonly kind: 'silent' };

/** Bytes of one service that are kept as what was sent to it; what comes later is counted only. */
const KEPT_BYTES = 256 * 1024;

/** Bytes that one look takes from one connection, so that others go on between. */
const LOOK_BYTES = 64 * 1024;

/** Bytes that a script searches for what it waits for: the newest ones. */
const HEARD_CHARS = 64 * 1024;

const SHUT_WRITING = 1;

/** What was said to a service by all who connected. */
export class Heard {
  connections = 0;
  bytes = 0;
  readonly #parts: Uint8Array[] = [];
  #kept = 0;

  take(bytes: Uint8Array): void {
    this.bytes += bytes.length;
    const part = bytes.slice(0, Math.max(0, KEPT_BYTES - this.#kept));
    if (part.length === 0) return;
    this.#kept += part.length;
    this.#parts.push(part);
  }

  /** Bytes as text with surrogate escapes. */
  get data(): string {
    return decodeText(Buffer.concat(this.#parts));
  }
}

export class Conversation {
  readonly #socket: GuestSocket;
  readonly #heard: Heard;
  readonly #talk: ServiceTalk;
  /** To be said, as soon as there is room. */
  #pending: Uint8Array[] = [];
  #finishing = false;
  #step = 0;
  #text = '';
  #scheduled = false;
  #over = false;

  constructor(socket: GuestSocket, talk: ServiceTalk, heard: Heard) {
    this.#socket = socket;
    this.#talk = talk;
    this.#heard = heard;
    socket.flags |= O_NONBLOCK;
    socket.subscribe(() => {
      this.#soon();
    });
    const connection = heard.connections++;
    if (talk.kind === 'lines') {
      const line = talk.lines[seededIndex(talk.lines.length, talk.seed, String(connection))] ?? '';
      this.#say(line);
      this.#finishing = true;
    } else if (talk.kind === 'script') this.#goOn();
    this.#soon();
  }

  #soon(): void {
    if (this.#scheduled || this.#over) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (!this.#over) this.#look();
    });
  }

  #look(): void {
    let taken = 0;
    let ended = false;
    let drained = false;
    // Who is sent more than they take is not listened to meanwhile: an echo holds no more than one look.
    while (taken < LOOK_BYTES && (this.#pending.length === 0 || this.#talk.kind !== 'echo')) {
      const received = this.#socket.receive(LOOK_BYTES, false);
      if (!received.ok) {
        drained = received.errno === 'EAGAIN';
        ended = !drained;
        break;
      }
      const { bytes } = received.value;
      if (bytes.length === 0) {
        ended = true;
        break;
      }
      taken += bytes.length;
      this.#hear(bytes);
    }
    const flushed = this.#flush();
    if (ended && flushed) {
      this.#over = true;
      this.#socket.release();
    } else if (flushed && !drained && !ended) this.#soon();
  }

  #hear(bytes: Uint8Array): void {
    this.#heard.take(bytes);
    if (this.#talk.kind === 'echo') this.#pending.push(bytes.slice());
    else if (this.#talk.kind === 'script') {
      this.#text = (this.#text + decodeText(bytes)).slice(-HEARD_CHARS);
      this.#goOn();
    }
  }

  #goOn(): void {
    if (this.#talk.kind !== 'script') return;
    for (;;) {
      const step = this.#talk.steps[this.#step];
      if (step === undefined) {
        this.#finishing = true;
        return;
      }
      if (step.expect !== undefined) {
        const at = this.#text.indexOf(step.expect);
        if (at < 0) return;
        this.#text = this.#text.slice(at + step.expect.length);
      }
      this.#step += 1;
      if (step.send !== undefined) this.#say(step.send);
    }
  }

  #say(text: string): void {
    if (text !== '') this.#pending.push(encodeText(text));
  }

  /** Whether all was said that is to be said. */
  #flush(): boolean {
    for (let next = this.#pending[0]; next !== undefined; next = this.#pending[0]) {
      const sent = this.#socket.sending(null)(next);
      if (!sent.ok) {
        if (sent.errno === 'EAGAIN') return false;
        this.#pending = [];
        return true;
      }
      if (sent.value < next.length) {
        this.#pending[0] = next.subarray(sent.value);
        return false;
      }
      this.#pending.shift();
    }
    if (this.#finishing) {
      this.#finishing = false;
      this.#socket.shutdown(SHUT_WRITING);
    }
    return true;
  }
}

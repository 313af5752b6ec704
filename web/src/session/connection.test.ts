import type { Socket } from 'socket.io-client';
import { describe, expect, it, vi } from 'vitest';
import { connectionOver } from './connection.ts';

/** As much of a socket as the connection uses: its line comes and goes when the test says so. */
class Line {
  connected = false;
  readonly sent: string[] = [];
  /** Whether it comes back by itself. */
  active = true;
  asked = 0;
  readonly #listeners = new Map<string, ((error?: Error) => void)[]>();

  connect(): void {
    this.asked += 1;
  }

  disconnect(): this {
    return this;
  }

  close(): void {
    this.connected = false;
  }

  on(name: string, listener: (error?: Error) => void): void {
    this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), listener]);
  }

  tell(name: 'connect' | 'disconnect' | 'connect_error', error?: Error): void {
    this.connected = name === 'connect';
    for (const listener of this.#listeners.get(name) ?? []) listener(error);
  }

  timeout(): { emitWithAck: (name: string) => Promise<unknown> } {
    return {
      emitWithAck: (name) => {
        this.sent.push(name);
        return Promise.resolve({ ok: true, value: [] });
      },
    };
  }
}

function open(): { line: Line; connection: ReturnType<typeof connectionOver> } {
  const line = new Line();
  return { line, connection: connectionOver(line as unknown as Socket) };
}

describe('the connection', () => {
  it('lets a request of a page that is just opening wait for its line', async () => {
    const { line, connection } = open();
    const answer = connection.request('bench.list', {});
    await Promise.resolve();
    expect(line.sent).toEqual([]);
    line.tell('connect');
    expect(await answer).toEqual({ ok: true, value: [] });
    expect(line.sent).toEqual(['bench.list']);
  });

  it('refuses that request when the line cannot be made', async () => {
    const { line, connection } = open();
    const answer = connection.request('bench.list', {});
    line.tell('connect_error', new Error('not reached'));
    expect(await answer).toMatchObject({ ok: false, error: { code: 'offline' } });
  });

  it('is not tried again when nobody is signed in, until somebody is', () => {
    const line = new Line();
    let comeBack = (): void => {};
    connectionOver(line as unknown as Socket, (again) => (comeBack = again));
    line.active = false;
    line.tell('connect_error', new Error('signed-out'));
    expect(line.asked).toBe(0);
    comeBack();
    expect(line.asked).toBe(1);
  });

  it('is tried again later when the server refuses it for another reason', () => {
    vi.useFakeTimers();
    const { line } = open();
    line.active = false;
    line.tell('connect_error', new Error('too many pages'));
    vi.runAllTimers();
    vi.useRealTimers();
    expect(line.asked).toBe(1);
  });

  it('is tried at once when the machine has a network again, if it is down and not refused', () => {
    const line = new Line();
    const network = new EventTarget();
    const back = (): number => {
      network.dispatchEvent(new Event('online'));
      return line.asked;
    };
    const connection = connectionOver(line as unknown as Socket, () => undefined, network);
    line.tell('connect');
    expect(back()).toBe(0);
    line.tell('disconnect');
    expect(back()).toBe(1);
    line.active = false;
    expect(back()).toBe(1);
    line.active = true;
    connection.close();
    expect(back()).toBe(1);
  });

  it('never keeps a request for later once the line has been lost', async () => {
    const { line, connection } = open();
    line.tell('connect');
    line.tell('disconnect');
    expect(await connection.request('bench.list', {})).toMatchObject({
      ok: false,
      error: { code: 'offline' },
    });
    line.tell('connect');
    await Promise.resolve();
    expect(line.sent).toEqual([]);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ReplayDesk, type WorkerLike } from './replayDesk.ts';
import type { Answer, Question, ToReplayWorker } from './replayMessages.ts';

class FakeWorker implements WorkerLike {
  onmessage: WorkerLike['onmessage'] = null;
  onerror: WorkerLike['onerror'] = null;
  readonly asked: Extract<ToReplayWorker, { type: 'ask' }>[] = [];
  ended = false;
  postMessage(message: ToReplayWorker): void {
    if (message.type === 'ask') this.asked.push(message);
  }
  terminate(): void {
    this.ended = true;
  }
  answer(answer: Answer): void {
    this.onmessage?.({ data: { id: this.asked.at(-1)!.id, answer } } as MessageEvent);
  }
}

const question = (run: string): Question => ({ type: 'learn', trace: { run, calls: 1 } });
const done: Answer = { type: 'failed', message: 'done' };

let workers: FakeWorker[];
let desk: ReplayDesk;

beforeEach(() => {
  vi.useFakeTimers();
  workers = [];
  desk = new ReplayDesk(async () => {
    workers.push(new FakeWorker());
    return workers.at(-1)!;
  });
});
afterEach(() => {
  desk.dispose();
  vi.useRealTimers();
});

describe('the desk', () => {
  it('asks one question at a time, and of those that wait only the newest', async () => {
    const first = desk.ask(question('a'));
    await vi.advanceTimersByTimeAsync(0);
    const second = desk.ask(question('b'));
    const third = desk.ask(question('c'));
    expect(await second).toBeNull();
    workers[0]!.answer(done);
    expect(await first).toEqual(done);
    await vi.advanceTimersByTimeAsync(0);
    workers[0]!.answer(done);
    expect(await third).toEqual(done);
    expect(workers[0]!.asked.map((each) => each.question)).toEqual([question('a'), question('c')]);
  });

  it('asks what waits of another kind as well, the first that came first', async () => {
    const first = desk.ask(question('a'));
    await vi.advanceTimersByTimeAsync(0);
    const second = desk.ask(question('b'));
    const tests = desk.ask({ type: 'tests', source: '' });
    const third = desk.ask(question('c'));
    for (const answered of [first, tests, third]) {
      workers[0]!.answer(done);
      expect(await answered).toEqual(done);
      await vi.advanceTimersByTimeAsync(0);
    }
    expect(await second).toBeNull();
  });

  it('ends a worker that does not answer, says so, and goes on with another', async () => {
    const first = desk.ask(question('a'));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await first).toMatchObject({ type: 'failed', message: expect.stringContaining('too long') });
    expect(workers[0]!.ended).toBe(true);
    const second = desk.ask(question('b'));
    await vi.advanceTimersByTimeAsync(0);
    workers[1]!.answer(done);
    expect(await second).toEqual(done);
  });
});

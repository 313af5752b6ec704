/** The threads of checks over jobs made of nothing: every job is answered once, whatever becomes of its thread. */
import { afterEach, describe, expect, it } from 'vitest';
import type { CheckJob } from './checkJobs.ts';
import { CheckThreads } from './checkThreads.ts';

const never = new AbortController().signal;
const lab = { files: [], hidden: [], readOnly: [], services: [], limits: {} };

function job(name: string): CheckJob {
  return { kind: 'table', policy: { name, source: '', owner: 'student' }, lab, tests: [] };
}

let threads: CheckThreads;
const open = (size: number): CheckThreads =>
  (threads = new CheckThreads(size, new URL('testing/fakeCheckThread.ts', import.meta.url)));
afterEach(() => threads.close());

async function message(name: string, signal = never, owner: object = {}): Promise<string> {
  const answer = await threads.run(owner, job(name), signal, () => undefined);
  return answer.kind === 'nothing' ? `${answer.blame}: ${answer.message}` : answer.kind;
}

describe('check threads', () => {
  it('that die answer for their job, and others take their place', async () => {
    open(1);
    const all = await Promise.all(['a', 'die', 'b', 'throw', 'c'].map((name) => message(name)));
    expect(all).toEqual([
      'submission: a',
      'platform: The thread of the check ended.',
      'submission: b',
      'platform: The thread of the check ended. The server has logged why.',
      'submission: c',
    ]);
  });

  it('take turns between those who ask: a long attempt does not hold up a short one', async () => {
    open(1);
    const order: string[] = [];
    const long = {};
    const short = {};
    const told = (owner: object, name: string): Promise<void> =>
      message(name, never, owner).then(() => void order.push(name));
    const first = [1, 2, 3, 4].map((k) => told(long, `long-${String(k)}`));
    await Promise.all([...first, told(short, 'short')]);
    expect(order.indexOf('short')).toBeLessThan(2);
    expect(order.filter((name) => name !== 'short')).toEqual(['long-1', 'long-2', 'long-3', 'long-4']);
  });

  it('run no more jobs at a time than there are threads', async () => {
    open(2);
    let running = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 8 }, async (_, k) => {
        await threads.run({}, job(String(k)), never, () => {
          // Whose thread it was has not heard of its own end yet.
          setImmediate(() => (most = Math.max(most, ++running)));
        });
        running -= 1;
      }),
    );
    expect(most).toBe(2);
  });

  it('stop when they are told to: what waits at once, what runs in good order, what hangs by force', async () => {
    open(1);
    const abort = new AbortController();
    const running = message('wait', abort.signal);
    const waiting = message('never begun', abort.signal);
    setTimeout(() => abort.abort(), 200);
    expect(await waiting).toBe('platform: The check was cancelled.');
    expect(await running).toBe('submission: stopped in good order');
    expect(await message('later', AbortSignal.abort())).toBe('platform: The check was cancelled.');

    const hang = new AbortController();
    const hanging = message('hang', hang.signal);
    setTimeout(() => hang.abort(), 200);
    expect(await hanging).toBe('platform: The check was cancelled.');
    expect(await message('next')).toBe('submission: next');
  });

  it('answer everybody when they are closed', async () => {
    open(1);
    const both = Promise.all([message('hang'), message('behind it')]);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await threads.close();
    expect(await both).toEqual(['platform: The check was cancelled.', 'platform: The check was cancelled.']);
    expect(await message('too late')).toBe('platform: The check was cancelled.');
  });
});

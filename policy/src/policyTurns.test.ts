/** How a policy pays for the time of its thread. Time and prices are the test's: nothing here depends on the machine. */
import type { MiddlewareResult } from '@sandtable/shared/policy/middlewareHost';
import type { CallRequest, Outcome } from '@sandtable/shared/policy/model';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BUDGET_SAVED_MS, MAX_TURN_WAIT_MS } from './policyLimits.ts';
import { PolicyHost } from './policyHost.ts';
import type { Program } from './program.ts';

const REQUEST: CallRequest = { call: 'll_os_stat', args: {}, access: 'read' };
const OUTCOME: Outcome = { ok: true, value: null };

/** A program whose functions pass every call on; `price` is what an entry costs. */
class Priced implements Program {
  readonly ended = false;
  readonly hasJobs = false;
  price: number;
  /** Whether functions wait for the answer, and go in again when it is there. */
  waits = false;
  /** What it says when a sleeper wakes. */
  onWake = '';
  readonly entries: { readonly name: string; readonly at: number }[] = [];

  constructor(price: number) {
    this.price = price;
  }

  get charge(): number {
    return this.price;
  }

  enter(name: string, text: string): { ok: true; text: string } {
    this.entries.push({ name, at: performance.now() });
    const id = name === 'dispatch' || name === 'resume' ? (JSON.parse(text) as { id: number }).id : 0;
    if (name === 'wake') return { ok: true, text: this.onWake };
    if (name === 'resume') return { ok: true, text: JSON.stringify([[2, id]]) };
    return {
      ok: true,
      text: JSON.stringify(
        this.waits
          ? [[1, id]]
          : [
              [1, id],
              [7, id],
            ],
      ),
    };
  }

  count(name: string): number {
    return this.entries.filter((entry) => entry.name === name).length;
  }

  runJobs(): null {
    return null;
  }

  place(): null {
    return null;
  }

  dispose(): void {
    this.entries.length = 0;
  }
}

const PER_SECOND = 100;

const hosts: PolicyHost[] = [];

function hostOf(program: Priced): PolicyHost {
  const host = new PolicyHost(program, new Map([['ll_os_stat', null]]), PER_SECOND);
  hosts.push(host);
  return host;
}

const pass = (host: PolicyHost): ReturnType<PolicyHost['run']> => host.run(REQUEST, () => OUTCOME);
const code = (result: MiddlewareResult): string => (result.kind === 'failed' ? result.code : result.kind);

/** Spends what is saved, to the millisecond. */
function drain(host: PolicyHost, program: Priced): void {
  const { price } = program;
  program.price = BUDGET_SAVED_MS;
  void pass(host);
  program.price = price;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  // What one owes is shared by all of the thread.
  for (const host of hosts.splice(0)) host.dispose();
  vi.useRealTimers();
});

describe('a dear policy', () => {
  it('has its calls denied when it is in debt, and is heard again when it has paid', async () => {
    const program = new Priced(40);
    const host = hostOf(program);
    drain(host, program);
    const first = pass(host);
    await vi.advanceTimersByTimeAsync(1);
    expect(code(await first)).toBe('pass');
    expect(code(await pass(host))).toBe('policy-budget');
    // Denied calls cost nothing.
    expect(program.count('dispatch')).toBe(2);
    await vi.advanceTimersByTimeAsync(40 / (PER_SECOND / 1000));
    expect(pass(host)).toEqual({ kind: 'pass' });
  });
});

describe('a light policy under a fast guest', () => {
  it('makes the guest wait for its turn, and denies nothing', async () => {
    const program = new Priced(1);
    const host = hostOf(program);
    drain(host, program);
    const began = performance.now();
    for (let k = 0; k < 50; k++) {
      const result = pass(host);
      await vi.advanceTimersByTimeAsync(10);
      expect(code(await result)).toBe('pass');
    }
    expect(performance.now() - began).toBe(500);
  });

  it('answers at once as long as something is saved', () => {
    const program = new Priced(1);
    const host = hostOf(program);
    for (let k = 0; k < BUDGET_SAVED_MS - 1; k++) expect(pass(host)).toEqual({ kind: 'pass' });
    void pass(host);
    expect(pass(host)).toBeInstanceOf(Promise);
  });

  it('takes threads that wait one after the other, and denies those whose turn does not come', async () => {
    const program = new Priced(5);
    const host = hostOf(program);
    drain(host, program);
    void pass(host);
    const results = Array.from({ length: 60 }, () => Promise.resolve(pass(host)));
    await vi.advanceTimersByTimeAsync(MAX_TURN_WAIT_MS + 200);
    const codes = (await Promise.all(results)).map(code);
    // Two seconds hold 40 turns of 5 ms at a tenth of the thread.
    expect(codes.filter((each) => each === 'pass').length).toBeGreaterThan(35);
    expect(codes.filter((each) => each === 'policy-budget').length).toBeGreaterThan(10);
    const times = program.entries.map(({ at }) => at);
    for (let k = 3; k < times.length; k++) expect(times[k]! - times[k - 1]!).toBeGreaterThanOrEqual(40);
  });
});

describe('calls that come back from the world together', () => {
  it('go in again one after the other', async () => {
    const program = new Priced(0);
    program.waits = true;
    const host = hostOf(program);
    let release = (): void => {};
    const gate = new Promise<Outcome>((resolve) => {
      release = () => {
        resolve(OUTCOME);
      };
    });
    const results = Array.from({ length: 30 }, () => Promise.resolve(host.run(REQUEST, () => gate)));
    program.price = 10;
    // Spend what is saved.
    for (let k = 0; k < BUDGET_SAVED_MS / 10; k++)
      void Promise.resolve(host.run(REQUEST, () => new Promise<Outcome>(() => {})));
    release();
    await vi.advanceTimersByTimeAsync(0);
    expect(program.count('resume')).toBeLessThan(5);
    await vi.advanceTimersByTimeAsync(1000);
    expect(program.count('resume')).toBeLessThan(20);
    await vi.advanceTimersByTimeAsync(4000);
    expect((await Promise.all(results)).every((result) => result.kind === 'pass')).toBe(true);
  });
});

describe('sleepers', () => {
  it('wake only when the policy has paid, so that no policy runs on credit without any call', async () => {
    const program = new Priced(30);
    const host = hostOf(program);
    // Each that wakes goes to sleep again at once.
    let timer = 1;
    Object.defineProperty(program, 'onWake', { get: () => JSON.stringify([[8, ++timer, 0]]) });
    program.enter = (name: string) => {
      program.entries.push({ name, at: performance.now() });
      return { ok: true, text: name === 'dispatch' ? '[[8,1,0]]' : program.onWake };
    };
    void pass(host);
    await vi.advanceTimersByTimeAsync(10_000);
    // One second saved, and a tenth of ten: two seconds of 30 ms each.
    expect(program.count('wake')).toBeLessThanOrEqual(68);
    expect(program.count('wake')).toBeGreaterThan(40);
    host.dispose();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(program.count('wake')).toBe(0);
  });
});

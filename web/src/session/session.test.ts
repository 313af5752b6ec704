import { batchOf, initialState, applyBatch, type SessionState } from '@sandtable/shared/session';
import type { RunEvent, RunEventBody } from '@sandtable/shared/events';
import type { Announcements, Batch, RunSnapshot } from '@sandtable/shared/protocol';
import { announcements } from '@sandtable/shared/serverMessages';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { BENCH, FakeServer, fakeStorage, settled } from '../testing/fakeServer.ts';
import type { Notice } from './askOrTell.ts';
import { connectionOver, type Connection } from './connection.ts';
import { Session } from './session.ts';
import { isLive, runMood } from './workState.ts';

const META = {
  version: '0',
  engine: { name: 'PyPy', ready: true, problems: [] },
  policyTypes: '',
  examples: [],
  policies: [],
};

/** The log of one run, from which batches and snapshots are cut. */
class Log {
  readonly run: string;
  readonly events: RunEvent[] = [];

  constructor(run: string) {
    this.run = run;
  }

  add(...bodies: readonly RunEventBody[]): Batch {
    const from = this.events.length;
    for (const body of bodies) {
      const seq = this.events.length + 1;
      this.events.push({ ...body, seq, t: seq * 1000 });
    }
    return batchOf(this.events.slice(from), this.run);
  }

  state(): SessionState {
    if (this.events.length === 0) return initialState(this.run);
    const applied = applyBatch(initialState(this.run), batchOf(this.events, this.run));
    if (!applied.ok) throw new Error(applied.reason);
    return applied.state;
  }

  snapshot(): RunSnapshot {
    return { run: this.run, bench: BENCH.id, to: this.events.length, state: this.state() };
  }

  after(seq: number): readonly Batch[] {
    return [batchOf(this.events.slice(seq), this.run)];
  }
}

const print = (data: string): RunEventBody => ({ type: 'out', fd: 1, data });
const phase = (name: 'running' | 'input' | 'ended'): RunEventBody => ({ type: 'phase', phase: name });

async function openSession(server: FakeServer, connection: Connection = server) {
  const notices: Notice[] = [];
  const session = new Session({
    connection,
    storage: fakeStorage(),
    notify: (notice) => notices.push(notice),
    fetchMeta: async () => META,
  });
  let screen = '';
  session.guest.connectTerminal({
    begin: (text) => (screen = text),
    write: (text) => (screen += text),
  });
  await session.open(BENCH.id);
  return { session, notices, screen: () => screen };
}

describe('following a run', () => {
  test('batches move the state and reach the terminal', async () => {
    const server = new FakeServer({ 'script.py': '' });
    const log = new Log('run00001');
    server.run = log.snapshot();
    const { session, screen } = await openSession(server);
    server.announce('run.batch', log.add(phase('running'), print('hello\r\n')));
    expect(screen()).toBe('hello\r\n');
    expect(isLive(session.state)).toBe(true);
    expect(runMood(session.state)).toBe('running');
    server.announce('run.batch', log.add({ type: 'exit', status: 3, reason: 'exit', message: '' }));
    expect(runMood(session.state)).toBe('failed');
    expect(session.state.run).toEqual(log.state());
  });

  test('after an outage it shows what it would have shown', async () => {
    const server = new FakeServer({ 'script.py': '' });
    const log = new Log('run00001');
    server.run = log.snapshot();
    const { session, screen } = await openSession(server);
    server.announce('run.batch', log.add(print('one ')));
    server.become('offline');
    log.add(print('two '));
    log.add(print('three'));
    server.handlers['bench.open'] = ({ run, after }) => {
      expect({ run, after }).toEqual({ run: 'run00001', after: 1 });
      return { bench: BENCH, files: [...server.files.values()], run: null, batches: log.after(1) };
    };
    server.become('online');
    await settled();
    expect(screen()).toBe('one two three');
    expect(session.state.run).toEqual(log.state());
  });

  test('a batch that does not follow is not applied; the page asks again', async () => {
    const server = new FakeServer({ 'script.py': '' });
    const log = new Log('run00001');
    server.run = log.snapshot();
    const { session, screen } = await openSession(server);
    server.announce('run.batch', log.add(print('a')));
    log.add(print('b'));
    server.handlers['bench.open'] = () => ({ bench: BENCH, files: [], run: log.snapshot(), batches: null });
    server.announce('run.batch', log.add(print('c')));
    await settled();
    expect(screen()).toBe('abc');
    expect(session.state.run).toEqual(log.state());
  });

  test('a snapshot for a page that fell behind continues the screen where it can', async () => {
    const server = new FakeServer({ 'script.py': '' });
    const log = new Log('run00001');
    server.run = log.snapshot();
    const { screen } = await openSession(server);
    server.announce('run.batch', log.add(print('a')));
    log.add(print('b'));
    server.announce('run.snapshot', log.snapshot());
    server.announce('run.snapshot', log.snapshot());
    server.announce('run.batch', log.add(print('c')));
    expect(screen()).toBe('abc');
  });

  test('a run that another page began replaces the one on the screen', async () => {
    const server = new FakeServer({ 'script.py': '' });
    const first = new Log('run00001');
    first.add(print('old'));
    server.run = first.snapshot();
    const { session, screen } = await openSession(server);
    expect(screen()).toBe('old');
    const second = new Log('run00002');
    server.announce('run.started', second.snapshot());
    server.announce('run.batch', first.add(print('late')));
    server.announce('run.batch', second.add(print('new')));
    expect(screen()).toBe('new');
    expect(session.state.run?.run).toBe('run00002');
  });
});

describe('a server that makes no sense', () => {
  afterEach(() => void vi.useRealTimers());

  /** A page behind a real connection, which checks what arrives. */
  async function openChecked(files: Readonly<Record<string, string>> = { 'script.py': '' }) {
    vi.useFakeTimers();
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const server = new FakeServer(files);
    const log = new Log('run00001');
    log.add(phase('running'));
    server.run = log.snapshot();
    const opened = await openSession(server, connectionOver(server.socket()));
    const asked = (): number => server.asked.filter(({ name }) => name === 'bench.open').length;
    return { ...opened, server, log, asked, warned };
  }

  test('is told once, in words, and the page shows what it would have shown', async () => {
    const { session, server, log, screen, notices, asked, warned } = await openChecked();
    const lost = log.add(print('hello'));
    server.handlers['bench.open'] = () => ({
      bench: BENCH,
      files: [...server.files.values()],
      run: null,
      batches: log.after(1),
    });
    server.announce('run.batch', { ...lost, events: 'nonsense' } as never);
    await settled();
    expect(screen()).toBe('hello');
    expect(session.state.run).toEqual(log.state());
    expect(asked()).toBe(2);
    expect(notices).toEqual([expect.objectContaining({ level: 'warning' })]);
    expect(`${notices[0]!.title} ${notices[0]!.text}`).toMatch(
      /does not understand.*edits are kept.*reload the page/i,
    );
    expect(warned).toHaveBeenCalledWith(expect.stringContaining('run.batch'));
  });

  test('without end neither floods it with questions nor the person with notices', async () => {
    const { server, notices, asked } = await openChecked();
    for (let ms = 0; ms < 10_000; ms += 16) {
      server.announce('run.batch', { run: 7 } as never);
      await vi.advanceTimersByTimeAsync(16);
    }
    expect(notices).toHaveLength(1);
    expect(asked()).toBeGreaterThan(2);
    expect(asked()).toBeLessThan(8);
  });

  test.each([
    [null],
    [undefined],
    [0],
    ['x'],
    [[]],
    [{}],
    [{ bench: {}, file: null }],
    [{ run: {}, state: [] }],
  ])('of %j under every name nothing breaks and nothing is lost', async (value) => {
    const { session, server, log, screen } = await openChecked({ 'script.py': 'print(1)' });
    const before = session.state.files;
    for (const name of Object.keys(announcements) as (keyof Announcements)[]) {
      server.announce(name, value as never);
      await settled();
    }
    expect(session.state.bench).toEqual({ status: 'open', info: BENCH });
    expect(session.state.files).toEqual(before);
    server.announce('run.batch', log.add(print('still here')));
    expect(screen()).toBe('still here');
  });

  test('in an answer fails what was asked, and says to reload', async () => {
    const { session, server, log, notices } = await openChecked();
    server.announce('run.batch', log.add({ type: 'exit', status: 0, reason: 'exit', message: '' }));
    server.handlers['run.start'] = () => ({ run: 'run00002' }) as never;
    await session.guest.run('repl');
    expect(session.state.starting).toBe(false);
    expect(notices.at(-1)).toMatchObject({ level: 'error', title: 'Not run' });
    expect(notices.at(-1)?.text).toMatch(/reload the page/i);
  });

  test('when it is asked anew after a lost batch, is not asked at the pace of the batches', async () => {
    const { server, log, notices, asked } = await openChecked();
    log.add(print('lost'));
    server.handlers['bench.open'] = () => ({ bench: 1 }) as never;
    for (let ms = 0; ms < 5_000; ms += 16) {
      server.announce('run.batch', log.add(print('.')));
      await vi.advanceTimersByTimeAsync(16);
    }
    expect(asked()).toBeLessThan(6);
    expect(notices[0]).toMatchObject({ level: 'error', title: 'The bench could not be read anew' });
  });
});

describe('starting a run', () => {
  test('saves first, then starts with the size of the terminal', async () => {
    const server = new FakeServer({ 'script.py': 'a' });
    const log = new Log('run00001');
    server.handlers['run.start'] = ({ size, mode }) => {
      expect(server.textOf('script.py')).toBe('typed');
      expect({ size, mode }).toEqual({ size: { cols: 100, rows: 30 }, mode: 'script' });
      return log.snapshot();
    };
    const { session } = await openSession(server);
    session.guest.resize({ cols: 100, rows: 30 });
    session.files!.edit('script.py', 'typed');
    await session.guest.run('script');
    expect(session.state.run?.run).toBe('run00001');
    expect(session.state.starting).toBe(false);
  });

  test('a policy with an error is not run, and its diagnostics are kept for the editor', async () => {
    const server = new FakeServer({ 'script.py': '', 'policy.ts': 'x' });
    const diagnostics = [
      { file: 'policy.ts', line: 1, column: 1, severity: 'error' as const, code: 'syntax', message: 'no' },
    ];
    server.handlers['run.start'] = () => ({
      code: 'policy-invalid',
      message: 'The policy is wrong.',
      diagnostics,
    });
    const { session, notices } = await openSession(server);
    await session.guest.run('script');
    expect(session.state.refusal).toEqual({ message: 'The policy is wrong.', diagnostics });
    expect(notices).toEqual([]);
    expect(session.state.run).toBeNull();
  });

  test('Run while a guest lives stops it first', async () => {
    const server = new FakeServer({ 'script.py': '' });
    const first = new Log('run00001');
    first.add(phase('running'));
    server.run = first.snapshot();
    const second = new Log('run00002');
    server.handlers['run.stop'] = () => {
      server.announce('run.batch', first.add({ type: 'exit', status: 130, reason: 'stopped', message: '' }));
      return null;
    };
    server.handlers['run.start'] = () => second.snapshot();
    const { session } = await openSession(server);
    await session.guest.run('script');
    expect(server.asked.map(({ name }) => name).filter((name) => name.startsWith('run.'))).toEqual([
      'run.stop',
      'run.start',
    ]);
    expect(session.state.run?.run).toBe('run00002');
  });
});

test('what the terminal has shown is acknowledged, all of it', async () => {
  const server = new FakeServer({ 'script.py': '' });
  const log = new Log('run00001');
  log.add(phase('running'));
  server.run = log.snapshot();
  const { session } = await openSession(server);
  session.guest.shown(10_000);
  session.guest.shown(5);
  await new Promise((resolve) => setTimeout(resolve, 60));
  const chars = server.asked
    .filter(({ name }) => name === 'run.ack')
    .map(({ body }) => (body as { chars: number }).chars);
  expect(chars.reduce((sum, each) => sum + each, 0)).toBe(10_005);
});

test('a long paste goes out in parts that cut no character', async () => {
  const server = new FakeServer({ 'script.py': '' });
  const log = new Log('run00001');
  log.add(phase('running'));
  server.run = log.snapshot();
  const parts: string[] = [];
  server.handlers['run.input'] = ({ data }) => {
    parts.push(data);
    return null;
  };
  const { session } = await openSession(server);
  const paste = 'x'.repeat(32_767) + '🏖'.repeat(1000);
  expect(session.guest.input(paste)).toBe(true);
  await settled();
  expect(parts.join('')).toBe(paste);
  for (const part of parts) expect(part.isWellFormed()).toBe(true);
});

test('a bench that was removed says so', async () => {
  const server = new FakeServer({ 'script.py': '' });
  const { session } = await openSession(server);
  server.announce('bench.removed', { bench: BENCH.id });
  expect(session.state.bench).toMatchObject({ status: 'failed' });
});

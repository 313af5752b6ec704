import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { BENCH, FakeServer, fakeStorage, settled } from '../testing/fakeServer.ts';
import { DraftStore } from './drafts.ts';
import { FileSync, SAVE_AFTER_MS } from './fileSync.ts';
import { textOf, type WorkFiles } from './workFile.ts';
import { saveBadge } from './saveBadge.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function open(server: FakeServer, storage: Storage | null = fakeStorage()) {
  const texts: [string, string][] = [];
  let shown: WorkFiles = {};
  let kept = true;
  const sync = new FileSync(
    {
      bench: BENCH.id,
      connection: server,
      drafts: new DraftStore(storage),
      onChange: (files, draftsKept) => {
        shown = files;
        kept = draftsKept;
      },
      onText: (path, text) => texts.push([path, text]),
    },
    [...server.files.values()],
  );
  return {
    sync,
    texts,
    badge: () => saveBadge(shown, kept),
    text: (path: string) => textOf(sync.files[path]!),
  };
}

const quiet = async (ms = SAVE_AFTER_MS) => {
  await vi.advanceTimersByTimeAsync(ms);
  await settled();
};

describe('saving', () => {
  test('an edit is one write after a moment of quiet, and the badge follows', async () => {
    const server = new FakeServer({ 'script.py': 'a' });
    const { sync, badge } = open(server);
    expect(badge()).toMatchObject({ kind: 'saved' });
    sync.edit('script.py', 'ab');
    sync.edit('script.py', 'abc');
    expect(badge()).toEqual({ kind: 'saving' });
    await quiet();
    expect(server.textOf('script.py')).toBe('abc');
    expect(server.asked.filter(({ name }) => name === 'file.write')).toHaveLength(1);
    expect(badge()).toMatchObject({ kind: 'saved', at: '2026-01-01T00:00:02.000Z' });
    expect(sync.unsaved).toBe(false);
  });

  test('flush writes at once, and what was typed during the write is written after it', async () => {
    const server = new FakeServer({ 'script.py': 'a' });
    const { sync, badge } = open(server);
    sync.edit('script.py', 'ab');
    const flushed = sync.flush();
    sync.edit('script.py', 'abc');
    await flushed;
    expect(badge()).toEqual({ kind: 'saving' });
    await quiet();
    expect(server.textOf('script.py')).toBe('abc');
    expect(badge()).toMatchObject({ kind: 'saved' });
  });

  test('typing back what the server holds is nothing to save', async () => {
    const server = new FakeServer({ 'script.py': 'a' });
    const { sync, badge } = open(server);
    sync.edit('script.py', 'ab');
    sync.edit('script.py', 'a');
    expect(badge()).toMatchObject({ kind: 'saved' });
    await quiet();
    expect(server.asked).toEqual([]);
  });

  test('a new file is made by its first edit, an empty one too', async () => {
    const server = new FakeServer();
    const { sync } = open(server);
    sync.edit('new.py', '');
    await sync.flush();
    expect(server.textOf('new.py')).toBe('');
    expect(sync.files['new.py']).toMatchObject({ version: 1, status: 'saved', draft: null });
  });

  test('a refused write says why, keeps the text and is tried again on the next edit', async () => {
    const server = new FakeServer({ 'script.py': 'a' });
    server.handlers['file.write'] = () => ({ code: 'too-large', message: 'It is too large.' });
    const { sync, badge, text } = open(server);
    sync.edit('script.py', 'much');
    await quiet();
    expect(badge()).toEqual({ kind: 'refused', path: 'script.py', problem: 'It is too large.' });
    expect(text('script.py')).toBe('much');
    delete server.handlers['file.write'];
    sync.edit('script.py', 'less');
    await quiet();
    expect(server.textOf('script.py')).toBe('less');
    expect(badge()).toMatchObject({ kind: 'saved' });
  });
});

describe('without a connection', () => {
  test('edits are kept, said to be unsaved, and sent when the line is back', async () => {
    const server = new FakeServer({ 'script.py': 'a' });
    const { sync, badge } = open(server);
    server.become('offline');
    sync.edit('script.py', 'offline text');
    await quiet();
    expect(badge()).toEqual({ kind: 'offline', files: 1, kept: true });
    expect(server.textOf('script.py')).toBe('a');
    server.become('online');
    sync.reopened([...server.files.values()]);
    await settled();
    expect(server.textOf('script.py')).toBe('offline text');
    expect(badge()).toMatchObject({ kind: 'saved' });
  });

  test('a write that the line broke under is sent again', async () => {
    const server = new FakeServer({ 'script.py': 'a' });
    server.handlers['file.write'] = () => ({ code: 'offline', message: 'broke' });
    const { sync, badge } = open(server);
    sync.edit('script.py', 'ab');
    await quiet();
    expect(badge()).toMatchObject({ kind: 'offline' });
    delete server.handlers['file.write'];
    sync.reopened([...server.files.values()]);
    await settled();
    expect(server.textOf('script.py')).toBe('ab');
  });

  test('a reload in an outage loses nothing', async () => {
    const server = new FakeServer({ 'script.py': 'a\nb\nc' });
    const storage = fakeStorage();
    const first = open(server, storage);
    server.become('offline');
    first.sync.edit('script.py', 'A\nb\nc');
    first.sync.dispose();
    // Meanwhile somebody else changed another line.
    server.save('script.py', 'a\nb\nC');
    server.become('online');
    const second = open(server, storage);
    expect(second.text('script.py')).toBe('A\nb\nC');
    await quiet();
    expect(server.textOf('script.py')).toBe('A\nb\nC');
    expect(second.badge()).toMatchObject({ kind: 'saved' });
    second.sync.dispose();
    expect(new DraftStore(storage).read(BENCH.id).size).toBe(0);
  });

  test('where the browser stores nothing the badge does not promise it', async () => {
    const server = new FakeServer({ 'script.py': 'a' });
    const { sync, badge } = open(server, null);
    server.become('offline');
    sync.edit('script.py', 'b');
    await quiet();
    expect(badge()).toEqual({ kind: 'offline', files: 1, kept: false });
  });
});

describe('two people on one file', () => {
  test('a change from elsewhere is followed', () => {
    const server = new FakeServer({ 'script.py': 'a' });
    const { sync, texts, text } = open(server);
    sync.arrived(server.save('script.py', 'theirs'));
    expect(text('script.py')).toBe('theirs');
    expect(texts).toEqual([['script.py', 'theirs']]);
  });

  test('changes of different lines are merged and saved', async () => {
    const server = new FakeServer({ 'script.py': 'one\ntwo\nthree' });
    const { sync, texts } = open(server);
    sync.edit('script.py', 'ONE\ntwo\nthree');
    sync.arrived(server.save('script.py', 'one\ntwo\nTHREE'));
    expect(texts).toEqual([['script.py', 'ONE\ntwo\nTHREE']]);
    await quiet();
    expect(server.textOf('script.py')).toBe('ONE\ntwo\nTHREE');
  });

  test('a write that comes second is merged with the copy that the conflict carries', async () => {
    const server = new FakeServer({ 'script.py': 'one\ntwo\nthree' });
    const { sync, text } = open(server);
    sync.edit('script.py', 'ONE\ntwo\nthree');
    server.save('script.py', 'one\ntwo\nTHREE');
    await quiet();
    await quiet();
    expect(text('script.py')).toBe('ONE\ntwo\nTHREE');
    expect(server.textOf('script.py')).toBe('ONE\ntwo\nTHREE');
  });

  test.each(['mine', 'theirs'] as const)('of the same line, a person chooses %s', async (choice) => {
    const server = new FakeServer({ 'script.py': 'one' });
    const { sync, badge, text } = open(server);
    sync.edit('script.py', 'mine');
    sync.arrived(server.save('script.py', 'theirs'));
    await quiet();
    expect(badge()).toEqual({ kind: 'conflict', path: 'script.py' });
    expect(text('script.py')).toBe('mine');
    expect(server.textOf('script.py')).toBe('theirs');
    sync.resolve('script.py', choice);
    await quiet();
    expect(text('script.py')).toBe(choice);
    expect(server.textOf('script.py')).toBe(choice);
    expect(badge()).toMatchObject({ kind: 'saved' });
  });

  test('a file that is removed while one types in it is made anew', async () => {
    const server = new FakeServer({ 'script.py': 'one' });
    const { sync } = open(server);
    sync.edit('script.py', 'typed');
    server.files.delete('script.py');
    sync.gone('script.py');
    await quiet();
    expect(server.textOf('script.py')).toBe('typed');
  });

  test('a file that is removed and was not touched here goes', () => {
    const server = new FakeServer({ 'script.py': 'one' });
    const { sync } = open(server);
    sync.gone('script.py');
    expect(sync.files['script.py']).toBeUndefined();
  });
});

import { describe, expect, test } from 'vitest';
import type { CallEvent, RunEvent } from './events.ts';
import { FileBytes } from './fileBytes.ts';
import { decodeText } from './text.ts';
import { WorldTrail } from './worldTrail.ts';

let seq = 0;
let n = 0;

function call(name: CallEvent['call'], args: CallEvent['args'], rest: Partial<CallEvent> = {}): CallEvent {
  return {
    seq: ++seq,
    t: seq,
    type: 'call',
    n: n++,
    call: name,
    args,
    verdict: 'allow',
    rule: 1,
    us: 1,
    ...rest,
  };
}

function trail(...events: readonly RunEvent[]): WorldTrail {
  const made = new WorldTrail();
  for (const event of events) made.add(event);
  return made;
}

/** What a file holds after the events, as a reader who saw all of them can tell. */
function bytesAfter(path: string, events: readonly RunEvent[]): FileBytes {
  const bytes = new FileBytes();
  const made = new WorldTrail();
  made.onBytes = (event) => {
    if (event.path === path) bytes.apply(event);
  };
  for (const event of events) made.add(event);
  return bytes;
}

const open = (path: string, flags: number, fd: number) =>
  call('ll_os_open', { path, flags, mode: 0o666 }, { result: fd });
const write = (fd: number, path: string, data: string, count = data.length) =>
  call('ll_os_write', { fd, data }, { path, result: count, bytes: count });
const CREATE = 0o1101;

describe('descriptors', () => {
  test('duplicates share the place in the file, and closing one leaves the other', () => {
    const after = trail(
      open('/tmp/a', CREATE, 5),
      call('ll_os_dup', { fd: 5 }, { result: 6 }),
      write(6, '/tmp/a', 'hello'),
      call('ll_os_dup2', { fd: 5, fd2: 9 }, { result: 9 }),
      call('ll_os_close', { fd: 5 }, { result: null }),
    );
    expect([...after.descriptors.keys()]).toEqual([0, 1, 2, 6, 9]);
    expect(after.descriptors.get(9)).toMatchObject({ label: '/tmp/a', offset: 5, kind: 'file' });
    expect(after.descriptors.get(9)).toBe(after.descriptors.get(6));
  });

  test('pipes and sockets are there, a denied or faked open is not', () => {
    const after = trail(
      call('ll_os_pipe', { flags: 0 }, { result: [3, 4] }),
      call('ll_socket_socket', { family: 2, kind: 1, protocol: 0 }, { result: 5 }),
      call('ll_os_open', { path: '/tmp/x', flags: CREATE, mode: 0 }, { verdict: 'deny', errno: 'EPERM' }),
      call('ll_os_open', { path: '/tmp/y', flags: CREATE, mode: 0 }, { verdict: 'fake', result: 77 }),
    );
    expect([...after.descriptors].slice(3).map(([fd, thing]) => [fd, thing.kind])).toEqual([
      [3, 'pipe'],
      [4, 'pipe'],
      [5, 'socket'],
    ]);
    expect([...after.files.keys()]).toEqual([]);
  });

  test('a rename moves the file, what is below it, and what is open', () => {
    const after = trail(
      call('ll_os_mkdir', { path: '/tmp/d', mode: 0o777 }, { result: null }),
      open('/tmp/d/f', CREATE, 3),
      call('ll_os_rename', { path: '/tmp/d', newpath: '/tmp/e' }, { result: null }),
    );
    expect([...after.files.keys()].sort()).toEqual(['/tmp/e', '/tmp/e/f']);
    expect(after.descriptors.get(3)?.label).toBe('/tmp/e/f');
  });
});

test('a trail goes on from where it was saved', () => {
  const events: RunEvent[] = [
    { seq: 1, t: 0, type: 'content', path: '/tmp/in', size: 3, data: 'abc' },
    open('/tmp/a', CREATE, 3),
    call('ll_os_dup', { fd: 3 }, { result: 4 }),
    write(4, '/tmp/a', 'xyz'),
    call('ll_os_unlink', { path: '/tmp/in' }, { result: null }),
    write(3, '/tmp/a', '123'),
  ];
  for (let cut = 0; cut <= events.length; cut++) {
    const first = trail(...events.slice(0, cut));
    const second = WorldTrail.from(
      JSON.parse(JSON.stringify(first.save())) as ReturnType<WorldTrail['save']>,
    );
    for (const event of events.slice(cut)) second.add(event);
    expect(second.save()).toEqual(trail(...events).save());
  }
});

describe('bytes of a file', () => {
  test('writes at places, with cut rows as unknown bytes', () => {
    const events = [
      open('/tmp/a', CREATE, 3),
      write(3, '/tmp/a', 'hello world'),
      call('ll_os_lseek', { fd: 3, offset: 6, whence: 0 }, { path: '/tmp/a', result: 6 }),
      write(3, '/tmp/a', 'WORLD, and more', 1000),
    ];
    const bytes = bytesAfter('/tmp/a', events);
    expect(bytes.size).toBe(1006);
    expect(decodeText(bytes.bytes().subarray(0, 21))).toBe('hello WORLD, and more');
    expect(bytes.unknown).toEqual([[21, 1006]]);
  });

  test('appending goes to the end, cutting forgets, stretching gives zeros', () => {
    const events: RunEvent[] = [
      { seq: 1, t: 0, type: 'content', path: '/tmp/a', size: 3, data: 'abc' },
      open('/tmp/a', 0o2001, 3),
      write(3, '/tmp/a', 'def'),
      call('ll_os_truncate', { path: '/tmp/a', length: 4 }, { result: null }),
      call('ll_os_truncate', { path: '/tmp/a', length: 6 }, { result: null }),
    ];
    const bytes = bytesAfter('/tmp/a', events);
    expect(decodeText(bytes.bytes())).toBe('abcd\0\0');
    expect(bytes.unknown).toEqual([]);
  });

  test('what a read shows is known, the rest is not', () => {
    const bytes = bytesAfter('/tmp/a', [
      open('/tmp/a', 0, 3),
      call('ll_os_fstat', { fd: 3 }, { path: '/tmp/a', result: { mode: 0o100644, size: 10 } }),
      call('ll_os_read', { fd: 3, size: 4 }, { path: '/tmp/a', result: 'abcd', bytes: 4 }),
    ]);
    expect(bytes.size).toBe(10);
    expect(bytes.known).toEqual([[0, 4]]);
  });
});

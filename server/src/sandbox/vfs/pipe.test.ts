import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { F_SETFL, O_CLOEXEC, O_NONBLOCK, PIPE_BUF, PIPE_CAPACITY, SEEK_SET, S_IFIFO, S_IFMT } from './abi.ts';
import { ByteQueue } from './byteQueue.ts';
import { bytes, makeWorld, must, text, told } from './worldFixture.ts';

const big = new Uint8Array(100_000).fill(1);

describe('pipes', () => {
  it('give their memory back when the reader closes', () => {
    const queue = new ByteQueue(PIPE_CAPACITY);
    queue.push(big);
    queue.clear();
    expect([queue.length, queue.room, queue.shift(9).length]).toEqual([0, PIPE_CAPACITY, 0]);
    expect(queue.push(bytes('again'))).toBe(5);
    expect(Buffer.from(queue.shift(9)).toString()).toBe('again');
  });

  it('waits on an empty pipe and is woken by a write', () => {
    const { guest } = makeWorld();
    const [reader, writer] = must(guest.pipe());
    const outcome = guest.read(reader, 10);
    if (outcome.ok || outcome.wait === undefined) throw new Error('should wait');
    expect(outcome.wait.want).toBe('readable');
    let woken = 0;
    const dispose = outcome.wait.description.subscribe(() => (woken += 1));
    must(guest.write(writer, bytes('hello')));
    expect(woken).toBe(1);
    expect(text(guest.read(reader, 3))).toBe('hel');
    expect(text(guest.read(reader, 9))).toBe('lo');
    dispose();
    must(guest.write(writer, bytes('more')));
    expect(woken).toBe(1);
  });

  it('ends when the last writer closes, and refuses when the last reader has', () => {
    const { guest } = makeWorld();
    const [reader, writer] = must(guest.pipe());
    const second = must(guest.dup(writer));
    must(guest.write(writer, bytes('x')));
    guest.close(writer);
    expect(text(guest.read(reader, 9))).toBe('x');
    expect(told(guest.read(reader, 9))).toBe('waits');
    let woken = 0;
    must(guest.subscribe(reader, () => (woken += 1)));
    guest.close(second);
    expect(woken).toBe(1);
    expect(text(guest.read(reader, 9))).toBe('');
    expect(must(guest.readiness(reader))).toEqual({
      readable: false,
      writable: false,
      hangup: true,
      error: false,
    });

    const [r, w] = must(guest.pipe());
    guest.close(r);
    expect(told(guest.write(w, bytes('x')))).toBe('EPIPE');
    expect(must(guest.readiness(w))).toMatchObject({ writable: true, error: true });
  });

  it('lets small writes in whole or not at all, and tells how much of a large one went in', () => {
    const { guest } = makeWorld();
    const [reader, writer] = must(guest.pipe());
    const outcome = guest.write(writer, big);
    if (outcome.ok || outcome.wait === undefined) throw new Error('should wait');
    expect(outcome.progress).toBe(PIPE_CAPACITY);
    expect(must(guest.readiness(writer)).writable).toBe(false);
    must(guest.read(reader, 100));
    const small = guest.write(writer, new Uint8Array(PIPE_BUF));
    expect(small).toMatchObject({ ok: false, progress: 0 });
    expect(must(guest.readiness(writer)).writable).toBe(false);
    must(guest.read(reader, PIPE_BUF));
    expect(must(guest.readiness(writer)).writable).toBe(true);
    expect(told(guest.write(writer, new Uint8Array(PIPE_BUF)))).toBe(PIPE_BUF);

    guest.fcntl(writer, F_SETFL, O_NONBLOCK);
    expect(told(guest.write(writer, big))).toBe(100);
    expect(told(guest.write(writer, bytes('x')))).toBe('EAGAIN');
    guest.fcntl(reader, F_SETFL, O_NONBLOCK);
    must(guest.read(reader, PIPE_CAPACITY));
    expect(told(guest.read(reader, 1))).toBe('EAGAIN');
  });

  it('is no file', () => {
    const { guest } = makeWorld();
    const [reader, writer] = must(guest.pipe(O_CLOEXEC | O_NONBLOCK));
    expect(must(guest.fstat(reader)).mode & S_IFMT).toBe(S_IFIFO);
    expect(must(guest.fstat(reader)).ino).toBe(must(guest.fstat(writer)).ino);
    expect(told(guest.lseek(reader, 0, SEEK_SET))).toBe('ESPIPE');
    expect(told(guest.pread(reader, 1, 0))).toBe('ESPIPE');
    expect(told(guest.pwrite(writer, bytes('x'), 0))).toBe('ESPIPE');
    expect(told(guest.ftruncate(writer, 0))).toBe('EINVAL');
    expect(told(guest.write(reader, bytes('x')))).toBe('EBADF');
    expect(told(guest.read(writer, 1))).toBe('EBADF');
    expect(guest.label(reader)).toMatch(/^pipe:\[\d+\]$/);
    expect(told(guest.pipe(0o100))).toBe('EINVAL');
  });

  it('takes both numbers or none', () => {
    const { guest, hits } = makeWorld({}, { limits: { descriptors: 3 } });
    must(guest.pipe());
    expect(told(guest.pipe())).toBe('EMFILE');
    expect(guest.descriptors().length).toBe(2);
    expect(hits.map((hit) => hit.limit)).toEqual(['descriptors']);
    const [[first]] = guest.descriptors() as [[never, never]];
    expect(told(guest.dup(first))).toBe(2);
  });
});

describe('byte queue', () => {
  it('gives out what was put in, in order, never more than its capacity', () => {
    const action = fc.oneof(fc.uint8Array({ maxLength: 700 }), fc.integer({ min: 0, max: 900 }));
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const queue = new ByteQueue(1000);
        let model = Buffer.alloc(0);
        for (const step of actions) {
          if (typeof step === 'number') {
            expect(Buffer.from(queue.shift(step)).equals(model.subarray(0, step))).toBe(true);
            model = model.subarray(step);
          } else {
            const taken = queue.push(step);
            expect(taken).toBe(Math.min(step.length, 1000 - model.length));
            model = Buffer.concat([model, step.subarray(0, taken)]);
          }
          expect(queue.length).toBe(model.length);
        }
      }),
    );
  });
});

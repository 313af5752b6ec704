/** Answers about sockets, and about which descriptors are ready. */
import type { PlainValue } from '@sandtable/shared/policy/model';
import { encodeText } from '@sandtable/shared/text';
import { bytes, type Encoder } from './encoder.ts';
import type { ReplyBuilder } from './replyBuilder.ts';
import { encodeAddress } from './socketAddress.ts';
import { isPlainObject, whole, writeFdSet, type PollFd } from './structs.ts';

const FD_SET_BYTES = 128;

export const select: Encoder = (reply, id, value, _native, asked) => {
  if (!isPlainObject(value)) return 'nonsense';
  reply.start(id, 0, 0);
  let count = 0;
  for (const set of ['read', 'write', 'except']) {
    if (asked.args[set] === null) reply.outNothing();
    else {
      reply.outStruct(FD_SET_BYTES, (view, at) => {
        count += writeFdSet(view, at, FD_SET_BYTES, value[set]);
      });
    }
  }
  reply.setRet(count);
  return null;
};

export const poll: Encoder = (reply, id, value, _native, asked) => {
  if (!Array.isArray(value)) return 'nonsense';
  const wanted = asked.args['fds'] as unknown as readonly PollFd[];
  const ready = new Map<number, number>();
  for (const item of value as readonly PlainValue[])
    if (isPlainObject(item)) ready.set(whole(item['fd']), whole(item['events']));
  reply.start(id, 0, 0);
  let count = 0;
  reply.outStruct(wanted.length * 8, (view, at) => {
    wanted.forEach(({ fd, events }, k) => {
      const found = ready.get(fd) ?? 0;
      if (found !== 0) count += 1;
      view.setInt32(at + 8 * k, fd, true);
      view.setInt16(at + 8 * k + 4, events, true);
      view.setInt16(at + 8 * k + 6, found, true);
    });
  });
  reply.setRet(count);
  return null;
};

const EPOLL_EVENT_BYTES = 12;

export const epollWait: Encoder = (reply, id, value, _native, asked) => {
  if (!Array.isArray(value)) return 'nonsense';
  const events = (value as readonly PlainValue[]).slice(0, whole(asked.args['count']));
  reply.start(id, events.length, 0);
  reply.outStruct(events.length * EPOLL_EVENT_BYTES, (view, at) => {
    events.forEach((event, k) => {
      if (!isPlainObject(event)) return;
      view.setUint32(at + 12 * k, whole(event['events']), true);
      view.setUint32(at + 12 * k + 4, whole(event['low']), true);
      view.setUint32(at + 12 * k + 8, whole(event['high']), true);
    });
  });
  return null;
};

const NOTHING = new Uint8Array(0);

/** The struct of an address; nothing where there is none, which is what the other side of a stream gets. */
function outAddress(reply: ReplyBuilder, value: PlainValue | undefined): void {
  reply.outBytes((typeof value === 'string' ? encodeAddress(value) : null) ?? NOTHING);
}

export const socketAddress: Encoder = (reply, id, value) => {
  if (!isPlainObject(value)) return 'nonsense';
  reply.start(id, 0, 0);
  outAddress(reply, value['address']);
  return null;
};

export const accepted: Encoder = (reply, id, value) => {
  if (!isPlainObject(value) || !Number.isSafeInteger(value['fd'])) return 'nonsense';
  reply.start(id, whole(value['fd']), 0);
  outAddress(reply, value['address']);
  return null;
};

export const receivedFrom: Encoder = (reply, id, value, native, asked) => {
  const error = bytes(reply, id, value, native, asked);
  if (error !== null) return error;
  outAddress(reply, native?.kind === 'bytes' && native.from !== null ? native.from : undefined);
  return null;
};

export const socketOption: Encoder = (reply, id, value) => {
  if (!isPlainObject(value)) return 'nonsense';
  reply.start(id, 0, 0);
  const { data } = value;
  if (typeof data === 'string') reply.outBytes(encodeText(data));
  else {
    reply.outStruct(4, (view, at) => {
      view.setInt32(at, whole(value['value']), true);
    });
  }
  return null;
};

/** Addresses as the host's stub reads them: each with its NUL. */
export const addresses: Encoder = (reply, id, value, _native, asked) => {
  if (!Array.isArray(value)) return 'nonsense';
  let all = '';
  for (const each of value as readonly PlainValue[]) {
    if (typeof each !== 'string' || !/^[0-9a-f.:]{2,45}$/i.test(each)) return 'nonsense';
    if (all.length + each.length < asked.room) all += `${each}\0`;
  }
  reply.start(id, all.length, 0);
  reply.outBytes(encodeText(all));
  return null;
};

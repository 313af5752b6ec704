/** Waiting for one of several descriptors: select, poll, epoll. */
import type { CallArgs, MaybePromise, Outcome, PlainValue } from '@sandtable/shared/policy/model';
import { isPlainObject, MAX_POLL_FDS, whole, type EpollEvent } from '../wire/structs.ts';
import { ALWAYS_TOLD, EPOLL, maskOf, READ_SET, WRITE_SET } from '../net/eventMask.ts';
import { virtualFd, type OpenDescription } from '../vfs/index.ts';
import { EpollDescription } from './epollDescription.ts';
import {
  DONE,
  fail,
  int,
  netOf,
  numbered,
  ok,
  type ActiveCall,
  type GuestRun,
  type Handler,
} from './handler.ts';

const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLL_CTL_MOD = 3;

/** Looks once, then waits for one of the sources. */
function waitReady(
  run: GuestRun,
  call: ActiveCall,
  sources: Iterable<OpenDescription>,
  timeout: number | null,
  look: () => Outcome | null,
  none: () => Outcome,
): MaybePromise<Outcome> {
  const now = look();
  if (now !== null) return now;
  if (timeout !== null && timeout <= 0) return none();
  return run.waits.wait({ thread: call.thread, sources: new Set(sources), look, timeout, onTimeout: none });
}

function fdList(value: PlainValue | undefined): readonly number[] | null {
  return Array.isArray(value) ? (value as readonly PlainValue[]).map((fd) => whole(fd)) : null;
}

const select: Handler = (run, args, call) => {
  const sets = { read: fdList(args['read']), write: fdList(args['write']), except: fdList(args['except']) };
  const sources = new Map<number, OpenDescription>();
  for (const fd of new Set([...(sets.read ?? []), ...(sets.write ?? []), ...(sets.except ?? [])])) {
    const description = run.files.description(virtualFd(fd));
    if (description === undefined) return fail('EBADF');
    sources.set(fd, description);
  }
  const timeout = args['timeout'];
  if (typeof timeout === 'number' && timeout < 0) return fail('EINVAL');
  const those = (fds: readonly number[] | null, set: number): number[] =>
    (fds ?? []).filter((fd) => (maskOf(sources.get(fd)!) & set) !== 0);
  const look = (): Outcome | null => {
    const read = those(sets.read, READ_SET);
    const write = those(sets.write, WRITE_SET);
    return read.length + write.length > 0 ? ok({ read, write, except: [] }) : null;
  };
  const milliseconds = typeof timeout === 'number' ? timeout * 1000 : null;
  return waitReady(run, call, [...sources.values()], milliseconds, look, () =>
    ok({ read: [], write: [], except: [] }),
  );
};

const poll: Handler = (run, args, call) => {
  const list = args['fds'];
  if (!Array.isArray(list) || int(args, 'count') > MAX_POLL_FDS || list.length > MAX_POLL_FDS)
    return fail('EINVAL');
  const items = (list as readonly PlainValue[]).filter(isPlainObject);
  // Numbers, not objects: they live as long as the call waits.
  const fds = Int32Array.from(items, (item) => whole(item['fd']));
  const wanted = Int32Array.from(items, (item) => whole(item['events']));
  const sources = Array.from(fds, (fd) => run.files.description(virtualFd(fd)));
  const look = (): Outcome | null => {
    const found: PlainValue[] = [];
    sources.forEach((description, k) => {
      const fd = fds[k]!;
      if (fd < 0) return;
      const now = description === undefined ? EPOLL.NVAL : maskOf(description) & (wanted[k]! | ALWAYS_TOLD);
      if (now !== 0) found.push({ fd, events: now });
    });
    return found.length > 0 ? ok(found) : null;
  };
  const milliseconds = int(args, 'milliseconds');
  return waitReady(
    run,
    call,
    new Set(sources.filter((d) => d !== undefined)),
    milliseconds < 0 ? null : milliseconds,
    look,
    () => ok([]),
  );
};

function epollOf(run: GuestRun, args: CallArgs): EpollDescription | Outcome {
  const description = run.files.description(virtualFd(int(args, 'epfd')));
  if (description === undefined) return fail('EBADF');
  return description instanceof EpollDescription ? description : fail('EINVAL');
}

function eventOf(value: PlainValue | undefined): EpollEvent | null {
  return isPlainObject(value)
    ? { events: whole(value['events']), low: whole(value['low']), high: whole(value['high']) }
    : null;
}

const epollCtl: Handler = (run, args) => {
  const epoll = epollOf(run, args);
  if (!(epoll instanceof EpollDescription)) return epoll;
  const fd = int(args, 'fd');
  const description = run.files.description(virtualFd(fd));
  if (description === undefined) return fail('EBADF');
  // A list that waits for lists could go in circles; Linux refuses those, here all are refused.
  if (description instanceof EpollDescription) return fail('ELOOP');
  if (description.kind === 'file' || description.kind === 'directory') return fail('EPERM');
  const same = epoll.watches(fd, description);
  const event = eventOf(args['event']);
  switch (int(args, 'operation')) {
    case EPOLL_CTL_ADD:
      if (same) return fail('EEXIST');
      if (event === null) return fail('EFAULT');
      if (netOf(run).watches.room <= 0) return fail('ENOSPC');
      epoll.remove(fd);
      epoll.add(fd, description, event);
      return DONE;
    case EPOLL_CTL_MOD:
      if (!same) return fail('ENOENT');
      if (event === null) return fail('EFAULT');
      epoll.remove(fd);
      epoll.add(fd, description, event);
      return DONE;
    case EPOLL_CTL_DEL:
      if (!same) return fail('ENOENT');
      epoll.remove(fd);
      return DONE;
    default:
      return fail('EINVAL');
  }
};

const epollWait: Handler = (run, args, call) => {
  const epoll = epollOf(run, args);
  if (!(epoll instanceof EpollDescription)) return epoll;
  const count = int(args, 'count');
  if (count <= 0) return fail('EINVAL');
  const look = (): Outcome | null => {
    const found = epoll.collect(count);
    return found.length > 0 ? ok(found) : null;
  };
  const milliseconds = int(args, 'milliseconds');
  return waitReady(run, call, [epoll], milliseconds < 0 ? null : milliseconds, look, () => ok([]));
};

const CLOSE_ON_EXEC = 0o2000000;

export const READINESS_HANDLERS = {
  ll_os_select: select,
  ll_os_poll: poll,
  ll_os_epoll_create: (run, args) =>
    numbered(
      run.files.install(new EpollDescription(netOf(run).watches), {
        closeOnExec: (int(args, 'flags') & CLOSE_ON_EXEC) !== 0,
      }),
    ),
  ll_os_epoll_ctl: epollCtl,
  ll_os_epoll_wait: epollWait,
} as const satisfies { readonly [call: string]: Handler };

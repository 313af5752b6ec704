/** Waiting for one of several descriptors: select, poll, epoll. */
import type { CallArgs, MaybePromise, Outcome, PlainValue } from '@sandtable/shared/policy/model';
import { isPlainObject, MAX_POLL_FDS, whole, type EpollEvent } from '../wire/structs.ts';
import { O_RDWR, S_IFREG, type Stat } from '../vfs/abi.ts';
import { Description, virtualFd, type Disposer, type OpenDescription, type Readiness } from '../vfs/index.ts';
import * as vfs from '../vfs/result.ts';
import { DONE, fail, int, numbered, ok, type ActiveCall, type GuestRun, type Handler } from './handler.ts';

const POLLIN = 0x1;
const POLLOUT = 0x4;
const POLLERR = 0x8;
const POLLHUP = 0x10;
const POLLNVAL = 0x20;

const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLL_CTL_MOD = 3;
const EPOLLONESHOT = 0x40000000;

/** Descriptors in one epoll list; a guest has no more of them than its table takes. */
const MAX_INTERESTS = 4096;

/** What of `events` holds for a description now; errors and hang-ups are always told. */
function ready(description: OpenDescription, events: number): number {
  const { readable, writable, hangup, error } = description.readiness();
  let found = 0;
  if (readable || (hangup && (events & POLLIN) !== 0)) found |= events & POLLIN;
  if (writable) found |= events & POLLOUT;
  if (error) found |= POLLERR;
  if (hangup) found |= POLLHUP;
  return found;
}

/** Looks once, then waits for one of the sources. */
function waitReady(
  run: GuestRun,
  call: ActiveCall,
  sources: readonly OpenDescription[],
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
  const those = (fds: readonly number[] | null, test: (readiness: Readiness) => boolean): number[] =>
    (fds ?? []).filter((fd) => test(sources.get(fd)!.readiness()));
  const look = (): Outcome | null => {
    const read = those(sets.read, (r) => r.readable || r.hangup || r.error);
    const write = those(sets.write, (r) => r.writable || r.error);
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
      const now = description === undefined ? POLLNVAL : ready(description, wanted[k]!);
      if (now !== 0) found.push({ fd, events: now });
    });
    return found.length > 0 ? ok(found) : null;
  };
  const milliseconds = int(args, 'milliseconds');
  return waitReady(
    run,
    call,
    sources.filter((d) => d !== undefined),
    milliseconds < 0 ? null : milliseconds,
    look,
    () => ok([]),
  );
};

interface Interest extends EpollEvent {
  readonly description: OpenDescription;
  readonly disposers: readonly Disposer[];
  disabled: boolean;
}

/** A waiting list. Interests are level-triggered; edge-triggered ones are told again, which only costs a look. */
class EpollDescription extends Description {
  readonly kind = 'external';
  readonly interests = new Map<number, Interest>();

  constructor() {
    super(O_RDWR);
  }

  read(): vfs.Outcome<Uint8Array> {
    return vfs.fail('EINVAL');
  }

  write(): vfs.Outcome<number> {
    return vfs.fail('EINVAL');
  }

  stat(): vfs.Result<Stat> {
    return vfs.ok({
      dev: 14,
      ino: 1,
      mode: S_IFREG & 0o600,
      nlink: 1,
      uid: 0,
      gid: 0,
      rdev: 0,
      size: 0,
      blksize: 4096,
      blocks: 0,
      atimeSec: 0,
      atimeNsec: 0,
      mtimeSec: 0,
      mtimeNsec: 0,
      ctimeSec: 0,
      ctimeNsec: 0,
    });
  }

  label(): string {
    return '<epoll>';
  }

  add(fd: number, description: OpenDescription, event: EpollEvent): void {
    // Last closing ends the interest, as on Linux, and lets go of what the description holds.
    const disposers = [
      description.subscribe(() => {
        this.wakeAll();
      }),
      description.onRelease(() => {
        this.remove(fd);
      }),
    ];
    this.interests.set(fd, {
      description,
      disposers,
      disabled: false,
      events: event.events,
      low: event.low,
      high: event.high,
    });
    this.wakeAll();
  }

  remove(fd: number): void {
    for (const dispose of this.interests.get(fd)?.disposers ?? []) dispose();
    this.interests.delete(fd);
  }

  /** At most `count` ready interests. */
  collect(count: number): PlainValue[] {
    const found: PlainValue[] = [];
    for (const interest of this.interests.values()) {
      if (interest.disabled || found.length >= count) continue;
      const now = ready(interest.description, interest.events);
      if (now === 0) continue;
      if ((interest.events & EPOLLONESHOT) !== 0) interest.disabled = true;
      found.push({ events: now, low: interest.low, high: interest.high });
    }
    return found;
  }

  override readiness(): Readiness {
    const readable = [...this.interests.values()].some(
      (i) => !i.disabled && i.description !== this && ready(i.description, i.events) !== 0,
    );
    return { readable, writable: false, hangup: false, error: false };
  }

  protected override close(): void {
    for (const fd of [...this.interests.keys()]) this.remove(fd);
  }
}

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
  const known = epoll.interests.get(fd);
  const same = known !== undefined && known.description === description;
  const event = eventOf(args['event']);
  switch (int(args, 'operation')) {
    case EPOLL_CTL_ADD:
      if (same) return fail('EEXIST');
      if (event === null) return fail('EFAULT');
      if (epoll.interests.size >= MAX_INTERESTS) return fail('ENOSPC');
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
      run.files.install(new EpollDescription(), { closeOnExec: (int(args, 'flags') & CLOSE_ON_EXEC) !== 0 }),
    ),
  ll_os_epoll_ctl: epollCtl,
  ll_os_epoll_wait: epollWait,
} as const satisfies { readonly [call: string]: Handler };

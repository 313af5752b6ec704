/**
 * Open descriptors: reading, writing, duplicating, pipes.
 *
 * NEVER look a number up again after a wait: the guest may have given it another meaning, which nobody judged.
 */
import type { CallArgs, MaybePromise, Outcome } from '@sandtable/shared/policy/model';
import { GuestSocket } from '../net/guestSocket.ts';
import { readFrom, virtualFd, writeTo, type OpenDescription, type VirtualFd } from '../vfs/index.ts';
import { InputPipe, TerminalStream } from '../tty/streams.ts';
import {
  blocking,
  DONE,
  fail,
  int,
  numbered,
  ok,
  settled,
  type ActiveCall,
  type GuestRun,
  type Handler,
} from './handler.ts';

const FIONREAD = 0x541b;
const FIONBIO = 0x5421;
const TIOCGWINSZ = 0x5413;

const F_GETFL = 3;
const F_SETFL = 4;
const O_NONBLOCK = 0o4000;

function fd(args: CallArgs, name = 'fd'): VirtualFd {
  return virtualFd(int(args, name));
}

/** What one read may give: what the guest asked for, never more than its buffer takes. */
function wanted(args: CallArgs, call: ActiveCall): number {
  return Math.min(int(args, 'size'), call.asked.room);
}

function readDescriptor(run: GuestRun, args: CallArgs, call: ActiveCall): MaybePromise<Outcome> {
  const size = wanted(args, call);
  if (size < 0) return fail('EINVAL');
  const description = run.files.description(fd(args));
  if (description === undefined) return fail('EBADF');
  return blocking(
    run,
    call,
    () => readFrom(description, size),
    (bytes) => call.bytes(bytes),
  );
}

/**
 * A blocking write goes on until all is taken; a signal in the middle answers with what was. `once` is a write that does not wait
 * whatever its descriptor does.
 */
export function writeThrough(
  run: GuestRun,
  args: CallArgs,
  call: ActiveCall,
  once: boolean,
  attempt: (bytes: Uint8Array) => ReturnType<typeof writeTo>,
): MaybePromise<Outcome> {
  let sent = 0;
  const look = (): { readonly outcome: Outcome } | { readonly wait: OpenDescription } => {
    const bytes = call.data(args);
    const outcome = attempt(sent === 0 ? bytes : bytes.subarray(sent));
    if (outcome.ok) return { outcome: ok(sent + outcome.value) };
    if (outcome.wait === undefined) return { outcome: sent > 0 ? ok(sent) : fail(outcome.errno) };
    sent += outcome.progress;
    return { wait: outcome.wait.description };
  };
  const first = look();
  if ('outcome' in first) return first.outcome;
  if (once) return sent > 0 ? ok(sent) : fail('EAGAIN');
  call.asked.held?.own();
  return run.waits.wait({
    thread: call.thread,
    sources: [first.wait],
    look: () => {
      const next = look();
      return 'outcome' in next ? next.outcome : null;
    },
    timeout: null,
    onInterrupt: () => (sent > 0 ? ok(sent) : fail('EINTR')),
  });
}

export const IO_HANDLERS = {
  ll_os_read: (run, args, call) => readDescriptor(run, args, call),
  ll_os_write: (run, args, call) => {
    const description = run.files.description(fd(args));
    if (description === undefined) return fail('EBADF');
    return writeThrough(run, args, call, false, (bytes) => writeTo(description, bytes));
  },
  ll_os_pread: (run, args, call) => {
    const size = wanted(args, call);
    if (size < 0) return fail('EINVAL');
    const outcome = run.files.pread(fd(args), size, int(args, 'offset'));
    return outcome.ok ? call.bytes(outcome.value) : fail(outcome.errno);
  },
  ll_os_pwrite: (run, args, call) => {
    const outcome = run.files.pwrite(fd(args), call.data(args), int(args, 'offset'));
    return outcome.ok ? ok(outcome.value) : fail(outcome.errno);
  },
  ll_os_lseek: (run, args) => numbered(run.files.lseek(fd(args), int(args, 'offset'), int(args, 'whence'))),
  ll_os_close: (run, args) => settled(run.files.close(fd(args))),
  ll_os_fsync: (run, args) => settled(run.files.fsync(fd(args))),
  ll_os_dup: (run, args) => numbered(run.files.dup(fd(args))),
  ll_os_dup2: (run, args) =>
    args['flags'] === undefined
      ? numbered(run.files.dup2(fd(args), fd(args, 'fd2')))
      : numbered(run.files.dup3(fd(args), fd(args, 'fd2'), int(args, 'flags'))),
  ll_os_fcntl: (run, args) => numbered(run.files.fcntl(fd(args), int(args, 'command'), int(args, 'value'))),
  ll_os_ioctl: (run, args) => {
    const description = run.files.description(fd(args));
    if (description === undefined) return fail('EBADF');
    const terminal = description instanceof TerminalStream ? description.terminal : null;
    switch (int(args, 'request')) {
      case TIOCGWINSZ:
        return terminal === null
          ? fail('ENOTTY')
          : ok({ rows: terminal.size.rows, cols: terminal.size.cols, xpixel: 0, ypixel: 0 });
      case FIONREAD:
        if (terminal !== null) return ok({ count: terminal.waiting });
        return description instanceof InputPipe || description instanceof GuestSocket
          ? ok({ count: description.waiting })
          : fail('ENOTTY');
      case FIONBIO: {
        const flags = run.files.fcntl(fd(args), F_GETFL);
        if (!flags.ok) return fail(flags.errno);
        const wantedFlags = int(args, 'value') !== 0 ? flags.value | O_NONBLOCK : flags.value & ~O_NONBLOCK;
        const set = run.files.fcntl(fd(args), F_SETFL, wantedFlags);
        return set.ok ? DONE : fail(set.errno);
      }
      default:
        return fail('ENOTTY');
    }
  },
  ll_os_pipe: (run, args) => {
    const result = run.files.pipe(int(args, 'flags'));
    return result.ok ? ok([...result.value]) : fail(result.errno);
  },
} as const satisfies { readonly [call: string]: Handler };

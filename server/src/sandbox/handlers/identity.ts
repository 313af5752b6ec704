/** Who and where the guest is. Everything here is made up: nothing tells of the real machine. */
import { encodeText } from '@sandtable/shared/text';
import { GUEST_PID, PARENT_PID } from '../guestIdentity.ts';
import { fail, int, ok, type GuestRun, type Handler } from './handler.ts';
import type { Outcome } from '@sandtable/shared/policy/model';

const PAGE_BYTES = 4096;
const TICKS_PER_SECOND = 100;

/** Answers of sysconf by Linux's numbers; what is not here is EINVAL. */
function sysconf(run: GuestRun, name: number): number | null {
  switch (name) {
    case 0:
      return 2_097_152; // ARG_MAX
    case 2:
      return TICKS_PER_SECOND; // CLK_TCK
    case 3:
      return 65_536; // NGROUPS_MAX
    case 4:
      return DESCRIPTORS; // OPEN_MAX
    case 30:
      return PAGE_BYTES; // PAGESIZE
    case 60:
      return 1024; // IOV_MAX
    case 69:
    case 70:
      return 1024; // GETGR_R_SIZE_MAX, GETPW_R_SIZE_MAX
    case 83:
    case 84:
      return 1; // NPROCESSORS_CONF, NPROCESSORS_ONLN
    case 85:
    case 86:
      return Math.floor(run.limits.heapBytes / PAGE_BYTES); // PHYS_PAGES, AVPHYS_PAGES
    case 180:
      return 64; // HOST_NAME_MAX
    default:
      return null;
  }
}

/** What the table of a guest takes unless its policy says otherwise; for programs that ask, not for deciding. */
const DESCRIPTORS = 256;

const RLIMIT_CPU = 0;
const RLIMIT_DATA = 2;
const RLIMIT_STACK = 3;
const RLIMIT_NOFILE = 7;
const RLIMIT_LAST = 15;
const STACK_BYTES = 8 * 1024 * 1024;

function both(limit: number): Outcome {
  return ok({ cur: limit, max: limit });
}

function isOwn(pid: number): boolean {
  return pid === 0 || pid === GUEST_PID;
}

export const IDENTITY_HANDLERS = {
  ll_os_getpid: () => ok(GUEST_PID),
  ll_os_getppid: () => ok(PARENT_PID),
  ll_os_getuid: (run) => ok(run.identity.uid),
  ll_os_geteuid: (run) => ok(run.identity.uid),
  ll_os_getgid: (run) => ok(run.identity.gid),
  ll_os_getegid: (run) => ok(run.identity.gid),
  ll_os_getpgrp: () => ok(GUEST_PID),
  ll_os_getpgid: (_run, args) => (isOwn(int(args, 'pid')) ? ok(GUEST_PID) : fail('ESRCH')),
  ll_os_getsid: (_run, args) => (isOwn(int(args, 'pid')) ? ok(GUEST_PID) : fail('ESRCH')),
  ll_os_uname: (run) =>
    ok({
      sysname: 'Linux',
      nodename: run.identity.hostname,
      release: '6.1.0',
      version: '#1 SMP',
      machine: 'x86_64',
      domainname: '(none)',
    }),
  ll_os_gethostname: (run, _args, call) => call.bytes(encodeText(run.identity.hostname)),
  ll_os_getlogin: (run, _args, call) => call.bytes(encodeText(run.identity.user)),
  ll_os_sysconf: (run, args) => {
    const value = sysconf(run, int(args, 'name_id'));
    return value === null ? fail('EINVAL') : ok(value);
  },
  ll_os_getrlimit: (run, args) => {
    const resource = int(args, 'resource');
    if (resource < 0 || resource > RLIMIT_LAST) return fail('EINVAL');
    if (resource === RLIMIT_CPU) return both(Math.ceil(run.limits.cpuSeconds));
    if (resource === RLIMIT_DATA) return both(run.limits.heapBytes);
    if (resource === RLIMIT_STACK) return both(STACK_BYTES);
    return resource === RLIMIT_NOFILE ? both(DESCRIPTORS) : ok({ cur: null, max: null });
  },
  ll_os_getrusage: (run) => {
    const { userSeconds, systemSeconds, heapBytes } = run.usage();
    return ok({ utime: userSeconds, stime: systemSeconds, maxrss: Math.ceil(heapBytes / 1024) });
  },
  ll_os_times: (run) => {
    const { userSeconds, systemSeconds } = run.usage();
    return ok({
      utime: Math.round(userSeconds * TICKS_PER_SECOND),
      stime: Math.round(systemSeconds * TICKS_PER_SECOND),
      cutime: 0,
      cstime: 0,
      elapsed: Math.round(performance.now() / (1000 / TICKS_PER_SECOND)),
    });
  },
  ll_os_getloadavg: () => ok({ loads: [0, 0, 0] }),
  ll_os_getpriority: (_run, args) => (isOwn(int(args, 'who')) ? ok(0) : fail('ESRCH')),
  ll_os_sched_getaffinity: (_run, args, call) => {
    if (!isOwn(int(args, 'pid'))) return fail('ESRCH');
    const set = new Uint8Array(call.asked.room);
    if (set.length > 0) set[0] = 1;
    return call.bytes(set);
  },
} as const satisfies { readonly [call: string]: Handler };

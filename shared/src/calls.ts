/**
 * The call table: every outside call a guest can make, listed once.
 *
 * A *call* is what a student sees (`ll_os_open`, the PyPy sandbox's own names); a *symbol* is the libc function whose
 * relocation slot the host rewrote (`open64`, `openat64`). Several symbols may speak for one call. Everything that
 * depends on the set of calls is derived from here: the C host's table (generated at build time), the wire codec, the
 * policy API's types, the columns of the trace and the reference pages. NEVER list a call anywhere else.
 *
 * Signature of a symbol: one `code:name` per C argument, separated by spaces.
 *
 * | code    | C argument                       | on the wire, request       | on the wire, reply           |
 * |---------|----------------------------------|----------------------------|------------------------------|
 * | `i`     | int                              | i64                        |                              |
 * | `l`     | long, size_t, off_t              | i64                        |                              |
 * | `s`     | const char *                     | u32 length, bytes (no NUL) |                              |
 * | `wK`    | in-buffer, length in argument K  | u32 length, bytes          |                              |
 * | `rK`    | out-buffer, capacity in arg K    | i64 capacity               | u32 length, bytes            |
 * | `IN`    | in-struct of N bytes             | u32 length, bytes          |                              |
 * | `SN`    | out-struct of N bytes            |                            | u32 length, bytes            |
 * | `XN`    | in/out struct of N bytes         | u32 length, bytes          | u32 length, bytes            |
 * | `oN*K`  | out array of N * arg[K] bytes    |                            | u32 length, bytes            |
 * | `xN*K`  | in/out array of N * arg[K] bytes | u32 length, bytes          | u32 length, bytes            |
 * | `AK`    | out-buffer, *(u32 *)arg[K] is its capacity in and its length out | i64 capacity | u32 length, bytes |
 * | `-`     | ignored                          |                            |                              |
 *
 * A NULL pointer travels as length 0xffffffff. Arguments named `-` or `out…` are not shown to policies or in the trace.
 * Struct sizes are those of Linux x86-64. Symbols that begin with `@` are not libc's: the host's own stubs send them.
 */

export const CALL_GROUPS = {
  files: 'Names and directories: opening, looking up, creating, renaming, removing.',
  io: 'Reading and writing descriptors that are open already.',
  terminal: 'The terminal: its modes and its size.',
  time: 'Clocks, and sleeping.',
  identity: 'Who and where the guest is: ids, host name, limits, load.',
  random: 'Random bytes.',
  process: 'Other processes, and signals to them.',
  network: 'Sockets and names of hosts.',
  library: 'Loading native code.',
  runtime: 'The interpreter itself: start, exit, crash, calls that the host does not know.',
} as const;

export type CallGroup = keyof typeof CALL_GROUPS;

/** What an argument means; it decides how the argument is shown and which TypeScript type a policy sees. */
export type ArgKind =
  | 'fd'
  | 'dirfd'
  | 'path'
  | 'flags'
  | 'mode'
  | 'int'
  | 'size'
  | 'offset'
  | 'data'
  | 'text'
  | 'seconds'
  | 'signal'
  | 'address'
  | 'struct';

/** What a call answers with when it succeeds. `int` includes "0 for done". */
export type ResultKind =
  | 'none'
  | 'int'
  | 'fd'
  | 'bytes'
  | 'text'
  | 'stat'
  | 'statvfs'
  | 'names'
  | 'seconds'
  | 'fdpair'
  | 'ready'
  | 'struct'
  | 'never';

/** Whether a call looks or changes; `open` and `access` depend on their arguments. */
export type AccessKind = 'read' | 'write' | 'depends' | 'none';

export interface ArgSpec {
  readonly name: string;
  readonly kind: ArgKind;
}

export interface SymbolSpec {
  /** Name in libc, or `@name` for a stub of the host. */
  readonly symbol: string;
  /** Signature, see the head of this file. */
  readonly sig: string;
}

export interface CallSpec {
  readonly name: string;
  readonly group: CallGroup;
  /** One sentence for somebody who sees the call for the first time. */
  readonly summary: string;
  readonly args: readonly ArgSpec[];
  readonly result: ResultKind;
  readonly access: AccessKind;
  readonly symbols: readonly SymbolSpec[];
}

/** By argument; where one name means two things, by call and argument. */
// prettier-ignore
const KINDS: Readonly<Record<string, ArgKind>> = {
  fd: 'fd', fd2: 'fd', epfd: 'fd', dirfd: 'dirfd', newdirfd: 'dirfd', path: 'path', newpath: 'path', target: 'text',
  flags: 'flags', mode: 'mode', size: 'size', length: 'size', offset: 'offset', data: 'data', command: 'text',
  symbol: 'text', message: 'text', name: 'text', host: 'text', service: 'text', seconds: 'seconds', signal: 'signal',
  address: 'address', 'll_os_fcntl.command': 'int', times: 'struct', attributes: 'struct', fds: 'struct', event: 'struct', timer: 'struct',
  option: 'data', read: 'struct', write: 'struct', except: 'struct', timeout: 'struct',
};

function call<const N extends string>(
  name: N,
  group: CallGroup,
  access: AccessKind,
  args: string,
  result: ResultKind,
  summary: string,
  ...symbols: readonly string[]
): CallSpec & { readonly name: N } {
  return {
    name,
    group,
    access,
    summary,
    result,
    args:
      args === ''
        ? []
        : args.split(' ').map((arg) => ({ name: arg, kind: KINDS[`${name}.${arg}`] ?? KINDS[arg] ?? 'int' })),
    symbols: symbols.map((text) => {
      const space = text.indexOf(' ');
      return space < 0
        ? { symbol: text, sig: '' }
        : { symbol: text.slice(0, space), sig: text.slice(space + 1) };
    }),
  };
}

// One call a block, its symbols a line each: a table to read.
// prettier-ignore
export const CALLS = [
  // ---- files -------------------------------------------------------------------------------------------------
  call('ll_os_open', 'files', 'depends', 'path flags mode', 'fd',
    'Open a file and get a number (a descriptor) to use it by.',
    'open s:path i:flags i:mode', 'open64 s:path i:flags i:mode', 'openat64 i:dirfd s:path i:flags i:mode'),
  call('ll_os_stat', 'files', 'read', 'path', 'stat', 'Ask for the size, kind and dates of the file behind a name.',
    'stat64 s:path S144:out', 'fstatat64 i:dirfd s:path S144:out i:flags'),
  call('ll_os_lstat', 'files', 'read', 'path', 'stat', 'Like stat, but of a symbolic link itself, not of what it points to.',
    'lstat64 s:path S144:out'),
  call('ll_os_fstat', 'files', 'read', 'fd', 'stat', 'Ask for the size, kind and dates of an open file.', 'fstat64 i:fd S144:out'),
  call('ll_os_statvfs', 'files', 'read', 'path', 'statvfs', 'Ask how much room the file system has.', 'statvfs64 s:path S112:out'),
  call('ll_os_fstatvfs', 'files', 'read', 'fd', 'statvfs', 'Ask how much room the file system of an open file has.', 'fstatvfs64 i:fd S112:out'),
  call('ll_os_access', 'files', 'read', 'path mode', 'int', 'Ask whether a file may be read, written or executed.',
    'access s:path i:mode', 'faccessat i:dirfd s:path i:mode i:flags'),
  call('ll_os_listdir', 'files', 'read', 'path', 'names', 'List the names in a directory.', '@listdir s:path r2:out l:size'),
  call('ll_os_flistdir', 'files', 'read', 'fd', 'names', 'List the names in a directory that is open already.', '@flistdir i:fd r2:out l:size'),
  call('ll_os_readlink', 'files', 'read', 'path', 'text', 'Ask where a symbolic link points.',
    'readlink s:path r2:out l:size', 'readlinkat i:dirfd s:path r3:out l:size'),
  call('ll_os_realpath', 'files', 'read', 'path', 'text', 'Ask for the true name of a file, with every link followed.', '@realpath s:path r2:out l:size'),
  call('ll_os_getcwd', 'files', 'none', '', 'text', 'Ask for the current directory.', '@getcwd r1:out l:size'),
  call('ll_os_chdir', 'files', 'read', 'path', 'none', 'Change the current directory.', 'chdir s:path'),
  call('ll_os_fchdir', 'files', 'read', 'fd', 'none', 'Change the current directory to one that is open already.', 'fchdir i:fd'),
  call('ll_os_mkdir', 'files', 'write', 'path mode', 'none', 'Make a directory.', 'mkdir s:path i:mode', 'mkdirat i:dirfd s:path i:mode'),
  call('ll_os_rmdir', 'files', 'write', 'path', 'none', 'Remove an empty directory.', 'rmdir s:path'),
  call('ll_os_unlink', 'files', 'write', 'path', 'none', 'Remove a name; the file goes with its last name.', 'unlink s:path', 'unlinkat i:dirfd s:path i:flags'),
  call('ll_os_rename', 'files', 'write', 'path newpath', 'none', 'Give a file another name.',
    'rename s:path s:newpath', 'renameat i:dirfd s:path i:newdirfd s:newpath'),
  call('ll_os_link', 'files', 'write', 'path newpath', 'none', 'Give a file a second name.',
    'link s:path s:newpath', 'linkat i:dirfd s:path i:newdirfd s:newpath i:flags'),
  call('ll_os_symlink', 'files', 'write', 'target path', 'none', 'Make a symbolic link: a name that stands for another name.',
    'symlink s:target s:path', 'symlinkat s:target i:dirfd s:path'),
  call('ll_os_chmod', 'files', 'write', 'path mode', 'none', 'Change who may read, write or execute a file.',
    'chmod s:path i:mode', 'fchmodat i:dirfd s:path i:mode i:flags'),
  call('ll_os_fchmod', 'files', 'write', 'fd mode', 'none', 'Change who may use an open file.', 'fchmod i:fd i:mode'),
  call('ll_os_chown', 'files', 'write', 'path uid gid', 'none', 'Give a file to another user.',
    'chown s:path i:uid i:gid', 'lchown s:path i:uid i:gid', 'fchownat i:dirfd s:path i:uid i:gid i:flags'),
  call('ll_os_fchown', 'files', 'write', 'fd uid gid', 'none', 'Give an open file to another user.', 'fchown i:fd i:uid i:gid'),
  call('ll_os_truncate', 'files', 'write', 'path length', 'none', 'Cut a file, or stretch it with zeros.', 'truncate64 s:path l:length'),
  call('ll_os_ftruncate', 'files', 'write', 'fd length', 'none', 'Cut an open file, or stretch it with zeros.', 'ftruncate64 i:fd l:length'),
  call('ll_os_utime', 'files', 'write', 'path times', 'none', 'Set the dates of a file.',
    'utimensat i:dirfd s:path I32:times i:flags'),
  call('ll_os_futime', 'files', 'write', 'fd times', 'none', 'Set the dates of an open file.', 'futimens i:fd I32:times'),
  call('ll_os_umask', 'files', 'none', 'mode', 'int', 'Set which permissions new files do not get.', 'umask i:mode'),
  // ---- io ----------------------------------------------------------------------------------------------------
  call('ll_os_read', 'io', 'read', 'fd size', 'bytes', 'Read some bytes from an open file or from the terminal.', 'read i:fd r2:out l:size'),
  call('ll_os_write', 'io', 'write', 'fd data', 'int', 'Write bytes to an open file or to the terminal.', 'write i:fd w2:data l:-'),
  call('ll_os_pread', 'io', 'read', 'fd size offset', 'bytes', 'Read bytes from a given place of an open file.', 'pread64 i:fd r2:out l:size l:offset'),
  call('ll_os_pwrite', 'io', 'write', 'fd data offset', 'int', 'Write bytes to a given place of an open file.', 'pwrite64 i:fd w2:data l:- l:offset'),
  call('ll_os_lseek', 'io', 'none', 'fd offset whence', 'int', 'Move to another place in an open file.', 'lseek i:fd l:offset i:whence', 'lseek64 i:fd l:offset i:whence'),
  call('ll_os_close', 'io', 'none', 'fd', 'none', 'Give a descriptor back.', 'close i:fd'),
  call('ll_os_fsync', 'io', 'none', 'fd', 'none', 'Wait until what was written is safe.', 'fsync i:fd', 'fdatasync i:fd'),
  call('ll_os_dup', 'io', 'none', 'fd', 'fd', 'Get a second descriptor for the same open file.', 'dup i:fd'),
  call('ll_os_dup2', 'io', 'none', 'fd fd2', 'fd', 'Make a given descriptor stand for the same open file.', 'dup2 i:fd i:fd2', 'dup3 i:fd i:fd2 i:flags'),
  call('ll_os_fcntl', 'io', 'none', 'fd command value', 'int', 'Ask or set how a descriptor behaves.', '@fcntl i:fd i:command l:value'),
  call('ll_os_ioctl', 'io', 'none', 'fd request', 'struct', 'Ask a device something special.', '@ioctl i:fd l:request X64:out'),
  call('ll_os_pipe', 'io', 'none', 'flags', 'fdpair', 'Make a pipe: what is written at one end is read at the other.', 'pipe S8:out', 'pipe2 S8:out i:flags'),
  call('ll_os_select', 'io', 'none', 'count read write except timeout', 'ready', 'Wait until one of several descriptors is ready.',
    'select i:count X128:read X128:write X128:except I16:timeout'),
  call('ll_os_poll', 'io', 'none', 'fds count milliseconds', 'ready', 'Wait until one of several descriptors is ready.', 'poll x8*1:fds l:count i:milliseconds'),
  call('ll_os_epoll_create', 'io', 'none', 'flags', 'fd', 'Make a waiting list of descriptors.', 'epoll_create1 i:flags'),
  call('ll_os_epoll_ctl', 'io', 'none', 'epfd operation fd event', 'none', 'Change a waiting list of descriptors.', 'epoll_ctl i:epfd i:operation i:fd I12:event'),
  call('ll_os_epoll_wait', 'io', 'none', 'epfd count milliseconds', 'ready', 'Wait until a descriptor of a waiting list is ready.', 'epoll_wait i:epfd o12*2:out i:count i:milliseconds'),
  // ---- terminal ----------------------------------------------------------------------------------------------
  call('ll_os_isatty', 'terminal', 'none', 'fd', 'int', 'Ask whether a descriptor is a terminal.', 'isatty i:fd'),
  call('ll_os_tcgetattr', 'terminal', 'none', 'fd', 'struct', 'Ask for the modes of the terminal.', 'tcgetattr i:fd S60:out'),
  call('ll_os_tcsetattr', 'terminal', 'none', 'fd when attributes', 'none', 'Set the modes of the terminal.', 'tcsetattr i:fd i:when I60:attributes'),
  call('ll_os_ttyname', 'terminal', 'none', 'fd', 'text', 'Ask for the name of the terminal.', '@ttyname i:fd r2:out l:size'),
  // ---- time --------------------------------------------------------------------------------------------------
  call('ll_time_time', 'time', 'none', '', 'seconds', 'Ask for the date and time.', 'time S8:out', 'gettimeofday S16:out -:-'),
  call('ll_time_clock_gettime', 'time', 'none', 'clock', 'seconds', 'Ask one of the clocks.', 'clock_gettime i:clock S16:out'),
  call('ll_time_clock_getres', 'time', 'none', 'clock', 'seconds', 'Ask how fine one of the clocks is.', 'clock_getres i:clock S16:out'),
  call('ll_time_clock', 'time', 'none', '', 'int', 'Ask for the processor time used.', 'clock'),
  call('ll_time_sleep', 'time', 'none', 'seconds', 'none', 'Wait for some time.', '@sleep l:micros'),
  // ---- identity ----------------------------------------------------------------------------------------------
  call('ll_os_getpid', 'identity', 'none', '', 'int', 'Ask for the number of this process.', 'getpid'),
  call('ll_os_getppid', 'identity', 'none', '', 'int', 'Ask for the number of the parent process.', 'getppid'),
  call('ll_os_getuid', 'identity', 'none', '', 'int', 'Ask which user this is.', 'getuid'),
  call('ll_os_geteuid', 'identity', 'none', '', 'int', 'Ask with which user\'s rights this runs.', 'geteuid'),
  call('ll_os_getgid', 'identity', 'none', '', 'int', 'Ask which group this is.', 'getgid'),
  call('ll_os_getegid', 'identity', 'none', '', 'int', 'Ask with which group\'s rights this runs.', 'getegid'),
  call('ll_os_getpgrp', 'identity', 'none', '', 'int', 'Ask for the process group.', 'getpgrp'),
  call('ll_os_getpgid', 'identity', 'none', 'pid', 'int', 'Ask for the process group of a process.', 'getpgid i:pid'),
  call('ll_os_getsid', 'identity', 'none', 'pid', 'int', 'Ask for the session of a process.', 'getsid i:pid'),
  // The next two, and strerror below, are asked by the classic sandbox only: an interpreter of today has its environment from the start.
  call('ll_os_getenv', 'identity', 'none', 'name', 'text', 'Ask for one variable of the environment.'),
  call('ll_os_envitems', 'identity', 'none', '', 'struct', 'Ask for all variables of the environment.'),
  call('ll_os_uname', 'identity', 'none', '', 'struct', 'Ask for the name and version of the system.', 'uname S390:out'),
  call('ll_os_gethostname', 'identity', 'none', '', 'text', 'Ask for the name of this machine.', 'gethostname r1:out l:size'),
  call('ll_os_getlogin', 'identity', 'none', '', 'text', 'Ask for the name of the user.', '@getlogin r1:out l:size'),
  call('ll_os_sysconf', 'identity', 'none', 'name_id', 'int', 'Ask for a limit of the system.', 'sysconf i:name_id', '__sysconf i:name_id'),
  call('ll_os_getrlimit', 'identity', 'none', 'resource', 'struct', 'Ask for one of the limits of this process.', 'getrlimit64 i:resource S16:out'),
  call('ll_os_getrusage', 'identity', 'none', 'who', 'struct', 'Ask what this process has used so far.', 'getrusage i:who S144:out'),
  call('ll_os_times', 'identity', 'none', '', 'struct', 'Ask for processor times.', 'times S32:out'),
  call('ll_os_getloadavg', 'identity', 'none', '', 'struct', 'Ask how busy the machine is.', 'getloadavg o8*1:out i:count'),
  call('ll_os_getpriority', 'identity', 'none', 'which who', 'int', 'Ask for the priority of a process.', 'getpriority i:which i:who'),
  call('ll_os_sched_getaffinity', 'identity', 'none', 'pid', 'bytes', 'Ask which processors may be used.', 'sched_getaffinity i:pid l:size r1:out'),
  // ---- random ------------------------------------------------------------------------------------------------
  call('ll_os_urandom', 'random', 'none', 'size', 'bytes', 'Ask for random bytes.', 'getrandom r1:out l:size i:flags'),
  // ---- process -----------------------------------------------------------------------------------------------
  call('ll_os_system', 'process', 'write', 'command', 'int', 'Run a command line in a shell.', 'system s:command'),
  call('ll_os_fork', 'process', 'write', '', 'int', 'Make a copy of this process.', 'fork', '@forkpty'),
  call('ll_os_execv', 'process', 'write', 'path', 'never', 'Become another program.', 'execv s:path -:-', 'execve s:path -:- -:-', '@fexecve'),
  call('ll_os_waitpid', 'process', 'none', 'pid options', 'int', 'Wait for another process.', 'waitpid i:pid S4:out i:options'),
  call('ll_os_kill', 'process', 'write', 'pid signal', 'none', 'Send a signal to a process.', 'kill i:pid i:signal', '@killpg i:pid i:signal'),
  call('ll_os_alarm', 'process', 'none', 'delay', 'int', 'Ask to be woken after some seconds.', 'alarm i:delay'),
  call('ll_os_setitimer', 'process', 'none', 'which timer', 'struct', 'Ask to be woken regularly.', 'setitimer i:which I32:timer S32:out'),
  call('ll_os_getitimer', 'process', 'none', 'which', 'struct', 'Ask when one will be woken.', 'getitimer i:which S32:out'),
  call('ll_os_pause', 'process', 'none', '', 'none', 'Wait for a signal.', '@pause'),
  // ---- network -----------------------------------------------------------------------------------------------
  call('ll_socket_socket', 'network', 'write', 'family kind protocol', 'fd', 'Make a socket: one end of a conversation.', 'socket i:family i:kind i:protocol'),
  call('ll_socket_socketpair', 'network', 'none', 'family kind protocol', 'fdpair', 'Make two sockets that are connected to each other.', 'socketpair i:family i:kind i:protocol S8:out'),
  call('ll_socket_connect', 'network', 'write', 'fd address', 'none', 'Connect a socket to an address.', 'connect i:fd w2:address i:-'),
  call('ll_socket_bind', 'network', 'write', 'fd address', 'none', 'Give a socket an address of one\'s own.', 'bind i:fd w2:address i:-'),
  call('ll_socket_listen', 'network', 'write', 'fd backlog', 'none', 'Wait for others to connect.', 'listen i:fd i:backlog'),
  call('ll_socket_accept', 'network', 'read', 'fd', 'struct', 'Take the next connection.', 'accept i:fd A2:out -:-', 'accept4 i:fd A2:out -:- i:flags'),
  call('ll_socket_send', 'network', 'write', 'fd data flags', 'int', 'Send bytes through a socket.', 'send i:fd w2:data l:- i:flags'),
  call('ll_socket_sendto', 'network', 'write', 'fd data flags address', 'int', 'Send bytes to an address.', 'sendto i:fd w2:data l:- i:flags w5:address i:-'),
  call('ll_socket_recv', 'network', 'read', 'fd size flags', 'bytes', 'Receive bytes from a socket.', 'recv i:fd r2:out l:size i:flags'),
  call('ll_socket_recvfrom', 'network', 'read', 'fd size flags', 'bytes', 'Receive bytes and learn who sent them.', 'recvfrom i:fd r2:out l:size i:flags A5:outaddr -:-'),
  call('ll_socket_shutdown', 'network', 'write', 'fd how', 'none', 'Say that one has no more to send.', 'shutdown i:fd i:how'),
  call('ll_socket_getsockname', 'network', 'none', 'fd', 'struct', 'Ask for one\'s own address.', 'getsockname i:fd A2:out -:-'),
  call('ll_socket_getpeername', 'network', 'none', 'fd', 'struct', 'Ask for the address of the other side.', 'getpeername i:fd A2:out -:-'),
  call('ll_socket_getsockopt', 'network', 'none', 'fd level name_id', 'struct', 'Ask for an option of a socket.', 'getsockopt i:fd i:level i:name_id A4:out -:-'),
  call('ll_socket_setsockopt', 'network', 'none', 'fd level name_id option', 'none', 'Set an option of a socket.', 'setsockopt i:fd i:level i:name_id w4:option i:-'),
  call('ll_socket_getaddrinfo', 'network', 'read', 'host service', 'names', 'Look up the address of a host.',
    '@getaddrinfo s:host s:service r3:out l:size', '@gethostbyname s:host r2:out l:size', '@gethostbyaddr'),
  // ---- library -----------------------------------------------------------------------------------------------
  call('ll_dlopen', 'library', 'write', 'path', 'none', 'Load native code from a file.', '@dlopen s:path'),
  call('ll_dlsym', 'library', 'write', 'symbol', 'none', 'Find a function in native code.', '@dlsym s:symbol'),
  call('ll_mmap', 'library', 'read', 'fd length', 'none', 'See an open file as memory.', '@mmap i:fd l:length'),
  // ---- runtime -----------------------------------------------------------------------------------------------
  call('ll_os__exit', 'runtime', 'none', 'status', 'never', 'End the program.', '@exit i:status'),
  call('ll_os_strerror', 'runtime', 'none', 'number', 'text', 'Ask for the words for the number of an error.'),
  call('ll_fatal', 'runtime', 'none', 'message', 'never', 'The interpreter gives up and says why.', '@fatal s:message'),
  call('ll_unknown', 'runtime', 'write', 'symbol', 'none', 'A function of the system that the sandbox does not offer.', '@deny s:symbol'),
] as const satisfies readonly CallSpec[];

export type CallName = (typeof CALLS)[number]['name'];

const BY_NAME: ReadonlyMap<string, CallSpec> = new Map(CALLS.map((spec) => [spec.name, spec as CallSpec]));

/** The table's entry for `name`, or undefined where there is no such call. */
export function callSpec(name: string): CallSpec | undefined {
  return BY_NAME.get(name);
}

export function isCallName(name: string): name is CallName {
  return BY_NAME.has(name);
}

export type OpCode = 'i' | 'l' | 's' | 'w' | 'r' | 'I' | 'S' | 'X' | 'o' | 'x' | 'A' | '-';

/** One C argument of a symbol: `bytes` is N, `from` is K of the table at the head of this file. */
export interface Op {
  readonly code: OpCode;
  readonly name: string;
  readonly bytes: number;
  readonly from: number;
}

/** A row of the wire's function table; `fid` is its index there. */
export interface WireSymbol {
  readonly fid: number;
  readonly symbol: string;
  readonly call: CallName;
  readonly ops: readonly Op[];
}

const OP = /^(?:([wrA])(\d)|([SIX])(\d+)|([ox])(\d+)\*(\d)|([ils-])):(\S+)$/;

function parseOp(text: string): Op {
  const m = OP.exec(text);
  if (m === null) throw new Error(`calls.ts: bad argument '${text}' in a signature`);
  const name = m[9]!;
  if (m[1] !== undefined) return { code: m[1] as OpCode, name, bytes: 0, from: Number(m[2]) };
  if (m[3] !== undefined) return { code: m[3] as OpCode, name, bytes: Number(m[4]), from: 0 };
  if (m[5] !== undefined) return { code: m[5] as OpCode, name, bytes: Number(m[6]), from: Number(m[7]) };
  return { code: m[8] as OpCode, name, bytes: 0, from: 0 };
}

/** The function table of the wire, in the order of {@link CALLS}; host and controller are built from the same one. */
export const WIRE_SYMBOLS: readonly WireSymbol[] = CALLS.flatMap((spec) =>
  spec.symbols.map((s) => ({ call: spec.name, symbol: s.symbol, sig: s.sig })),
).map((row, fid) => ({
  fid,
  symbol: row.symbol,
  call: row.call,
  ops: row.sig === '' ? [] : row.sig.split(' ').map(parseOp),
}));

/** The table as text, one line a symbol; its SHA-256 tells whether host and controller were built from the same one. */
export function tableText(): string {
  return WIRE_SYMBOLS.map(
    (row) =>
      `${row.fid} ${row.symbol} ${row.ops.map((op) => `${op.code}${op.bytes}.${op.from}`).join(' ')}\n`,
  ).join('');
}

/** Names of Python 3.9 that completion offers: not all there are, but those that scripts about sandboxes use. */

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

export const PYTHON_KEYWORDS = words(`
  False None True and as assert async await break class continue def del elif else except finally for from global if import in is
  lambda nonlocal not or pass raise return try while with yield
`);

export const PYTHON_BUILTINS = words(`
  abs all any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex delattr dict dir divmod enumerate
  eval exec filter float format frozenset getattr globals hasattr hash help hex id input int isinstance issubclass iter len list
  locals map max memoryview min next object oct open ord pow print property range repr reversed round set setattr slice sorted
  staticmethod str sum super tuple type vars zip
  BlockingIOError BrokenPipeError Exception FileExistsError FileNotFoundError ImportError IndexError IsADirectoryError KeyError
  KeyboardInterrupt MemoryError NameError NotADirectoryError NotImplementedError OSError PermissionError RecursionError
  RuntimeError StopIteration SystemExit TimeoutError TypeError UnicodeDecodeError ValueError ZeroDivisionError
`);

export const PYTHON_MODULES = words(`
  argparse array asyncio base64 binascii bisect cmath collections contextlib copy csv ctypes dataclasses datetime decimal enum
  errno fcntl fnmatch fractions functools gc getpass glob gzip hashlib heapq hmac html http importlib inspect io itertools json
  logging lzma marshal math mmap os pathlib pickle platform pprint queue random re resource secrets select shutil signal socket
  sqlite3 ssl stat statistics string struct subprocess sys tempfile textwrap threading time traceback types typing unicodedata
  urllib uuid warnings weakref zipfile zlib
`);

const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  os: words(`
    access chdir chmod chown close dup dup2 environ error execv fork fstat fsync ftruncate getcwd getenv getlogin getpid getppid
    getuid getgid isatty kill link listdir lseek lstat makedirs mkdir name open path pipe popen read readlink remove rename rmdir
    scandir sep spawnv stat statvfs symlink sysconf system times truncate umask uname unlink urandom utime waitpid walk write
    O_APPEND O_CREAT O_DIRECTORY O_EXCL O_NOFOLLOW O_RDONLY O_RDWR O_TRUNC O_WRONLY F_OK R_OK W_OK X_OK
  `),
  'os.path': words(`
    abspath basename dirname exists expanduser getmtime getsize isabs isdir isfile islink join normpath realpath relpath samefile
    split splitext
  `),
  sys: words(`
    argv byteorder executable exit flags getrecursionlimit getsizeof maxsize modules path platform setrecursionlimit stderr stdin
    stdout version version_info
  `),
  'sys.stdout': words('write flush isatty fileno buffer encoding'),
  'sys.stdin': words('read readline readlines isatty fileno buffer encoding'),
  time: words(
    'clock_gettime ctime gmtime localtime monotonic perf_counter process_time sleep strftime time time_ns',
  ),
  socket: words(`
    AF_INET AF_INET6 AF_UNIX SOCK_DGRAM SOCK_STREAM create_connection getaddrinfo gethostbyname gethostname socket socketpair timeout
  `),
  subprocess: words('CalledProcessError DEVNULL PIPE Popen check_call check_output run'),
  json: words('dump dumps load loads JSONDecodeError'),
  math: words('ceil cos e exp floor gcd hypot inf isclose log log10 log2 pi pow sin sqrt tan tau'),
  random: words('choice choices randint random randrange sample seed shuffle uniform'),
  pathlib: words('Path PurePath PurePosixPath'),
  signal: words('SIGALRM SIGHUP SIGINT SIGKILL SIGTERM alarm getsignal pause raise_signal signal'),
  hashlib: words('blake2b md5 new pbkdf2_hmac sha1 sha256 sha3_256 sha512'),
  threading: words('Barrier Condition Event Lock RLock Semaphore Thread Timer current_thread local'),
  asyncio: words('Event Lock Queue create_task gather get_event_loop run sleep wait wait_for'),
};

/** What can follow `name.`; nothing for a name that is not known. */
export function membersOf(name: string): readonly string[] {
  return Object.hasOwn(MEMBERS, name) ? MEMBERS[name]! : [];
}

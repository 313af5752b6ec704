/**
 * How a guest tells the Python stack of a call: the part of the boot script (siteCustomize.ts) that leaves the host a function for it, and that
 * wraps what makes calls while it holds the interpreter's global lock. Of these the host cannot ask within the call (frames.c says why), so the
 * wrapper has the stack kept by the host before.
 *
 * Functions are replaced in their modules. Methods are replaced in the built-in types themselves, so that a file is a file of the same type, made
 * and closed in the same ways, by Python code and by the interpreter (a text file closes the buffer below it, that one the raw file, a finalizer
 * any of them), and only says where. In a type that is built in nothing can be set: a byte of it says so, which is looked for in
 * each such run, and set for the moment. Where it is not found without doubt nothing is changed, and these rows have no stack.
 *
 * All of it happens in runs where a stack may be asked for of such a call, before the guest's own part begins, and nothing of it in others.
 * Wrappers are hidden from tracebacks and from sys._getframe().
 *
 * NEVER: leave that byte set, or write where types of both kinds do not agree on one place: the guest would find a type of its own at best.
 */
import type { CallName } from '@sandtable/shared/calls';
import { MAX_FRAMES } from '@sandtable/shared/events';

/** Who asks for a user is told who the guest is. */
const USERS = ['pwd.getpwuid', 'pwd.getpwnam', 'pwd.getpwall'];

/** They write with the lock held, as nothing else does: wrapped only where each call is told, for importing them takes time. */
const WRITERS = ['faulthandler.dump_traceback', 'faulthandler.enable', 'gc.dump_rpy_heap'];

/** What makes calls with the global lock held: functions as `module.name`, methods as `module.type.name`. Found by trying all calls. */
const MADE_LOCKED: { readonly [call in CallName]?: readonly string[] } = {
  ll_os_close: [
    ...[
      'posix.close',
      'posix.closerange',
      'posix.listdir',
      'posix.scandir',
      'posix.truncate',
      '_socket.close',
    ],
    // Opening closes as well: what is a folder, and what an object had open before.
    ...['_io.open', '_io.open_code', '_io.FileIO.__init__', '_io.FileIO.close'],
    ...['_socket.socket.close', '_socket.socket.__del__'],
    ...['select.epoll.close', 'select.epoll.__exit__', 'mmap.mmap.close', 'mmap.mmap.__exit__'],
  ],
  ll_os_ttyname: ['posix.ttyname'],
  ll_os_sysconf: ['_thread.stack_size'],
  ll_time_clock_gettime: [
    ...['time.process_time', 'time.process_time_ns', 'time.thread_time', 'time.thread_time_ns'],
  ],
  ll_time_clock_getres: ['time.clock_getres', 'time.get_clock_info'],
  ll_os_getpid: ['posix.getpid', '_thread.get_native_id'],
  ll_os_getppid: ['posix.getppid'],
  ll_os_getuid: USERS,
  ll_os_getgid: USERS,
  ll_os_getlogin: ['posix.getlogin', ...USERS],
  ll_os_fork: ['posix.fork', 'posix.forkpty', '_posixsubprocess.fork_exec'],
  ll_os_alarm: ['_signal.alarm'],
  ll_os_setitimer: ['_signal.setitimer'],
  ll_os_getitimer: ['_signal.getitimer'],
  ll_unknown: [...USERS, 'time.clock_settime'],
};

/** What the boot script is told to wrap. @param told calls whose stack may be asked for */
export function tellersOf(told: '*' | ReadonlySet<CallName>): string[] {
  const calls = Object.keys(MADE_LOCKED) as CallName[];
  const chosen = calls.filter((call) => told === '*' || told.has(call));
  const writers = told === '*' ? WRITERS : [];
  return [...new Set([...chosen.flatMap((call) => MADE_LOCKED[call] ?? []), ...writers])].sort();
}

/** What the host takes the function by; the same stands in frames.h. */
const FRAMES_PREFIX = 'sandtable-frames:';

/** Further apart than this are no two parts of one library: types that are not among the library's own data were made later, and move. */
const IMAGE_BYTES = 1 << 28;

/** Two words, in every object of the interpreter. */
const HEADER_BYTES = 16;

const SOURCE = `def _tell_frames():
    import _cffi_backend
    import _codecs
    import gc
    import sys
    from __pypy__ import hidden_applevel
    from __pypy__.thread import _signals_enter, _signals_exit
    from _thread import interrupt_main

    ffi = _cffi_backend.FFI()
    copy = ffi.memmove
    # Hidden functions do not see themselves: what this gives is the frame that made the call.
    frame_of = sys._getframe

    @hidden_applevel
    def tell(into, room):
        at = 0
        try:
            frame = frame_of(0)
            left = MAX_FRAMES
            while frame is not None and left > 0:
                code = frame.f_code
                text = "%d\\0%s\\0%s\\0" % (frame.f_lineno, code.co_name, code.co_filename)
                data = text.encode("utf-8", "surrogateescape")
                if at + len(data) > room:
                    break
                copy(into + at, data, len(data))
                at += len(data)
                frame = frame.f_back
                left -= 1
        except KeyboardInterrupt:
            interrupt_main()
        except BaseException:
            pass
        return at

    @hidden_applevel
    def quiet(*error):
        return None

    # Around it the host calls built-in functions: in the first line of one in Python, a handler or a finalizer could run already.
    functions = (
        ffi.callback("long(char *, long)", tell, error=0, onerror=quiet),
        ffi.callback("void(char *, long)", _signals_exit, onerror=quiet),
        ffi.callback("void(void)", _signals_enter, onerror=quiet),
        ffi.callback("void(void)", gc.disable_finalizers, onerror=quiet),
        ffi.callback("void(void)", gc.enable_finalizers, onerror=quiet),
    )

    # Something that the interpreter itself holds for ever: the host knows the addresses only.
    def held(error, kept=(ffi, functions)):
        raise error

    _codecs.register_error("sandtable", held)
    addresses = ",".join("%x" % int(ffi.cast("size_t", each)) for each in functions)
    library = _cffi_backend.load_library("FRAMES_PREFIX" + addresses, 0)
    nothing = ffi.typeof("int(*)()")
    keep = library.load_function(nothing, "frames_keep")
    keep_for_one = library.load_function(nothing, "frames_keep_for_one")
    drop = library.load_function(ffi.typeof("int(*)(int)"), "frames_drop")

    def telling(function):
        @hidden_applevel
        def call(*args, **kwargs):
            level = -1
            try:
                level = keep()
                return function(*args, **kwargs)
            finally:
                drop(level)

        return call

    def finalizing(cls):
        # The object closes itself right after this, unless it is closed.
        fileno = cls.fileno

        @hidden_applevel
        def __del__(self):
            if fileno(self) >= 0:
                keep_for_one()

        return __del__

    return telling, finalizing, library.load_function(nothing, "frames_pay")


def _open_types(types):
    # Methods of built-in types cannot be set, because a byte of the type says so. Where it lies is found by comparing types that are part of the
    # interpreter, whose addresses never change, of both kinds: behind the header, which says what class of object it is and where that one's
    # functions are, this byte alone is 0 in all of one kind and 1 in all of the other.
    import _cffi_backend
    import _warnings
    import gc
    import posix
    import sys
    import time

    ffi = _cffi_backend.FFI()
    size = gc.get_rpy_memory_usage(object)
    builtin = [object, type, int, str, bytes, list, dict, tuple, float, set, property, BaseException, OSError, *types]
    changeable = [posix.stat_result, time.struct_time, type(sys.flags), type(sys.version_info), type(sys.implementation)]
    if any(abs(id(each) - id(object)) > IMAGE_BYTES for each in builtin + changeable):
        return None

    def number_of(cls):
        return int.from_bytes(ffi.buffer(ffi.cast("char *", id(cls)), size)[:], "little")

    any_builtin = any_changeable = 0
    all_changeable = -1
    for cls in builtin:
        any_builtin |= number_of(cls)
    for cls in changeable:
        any_changeable |= number_of(cls)
        all_changeable &= number_of(cls)
    columns = zip(*(each.to_bytes(size, "little") for each in (any_builtin, any_changeable, all_changeable)))
    places = [at for at, column in enumerate(columns) if column == (0, 1, 1) and at >= HEADER_BYTES]
    if len(places) != 1:
        return None

    def change(cls, name, value):
        place = ffi.cast("char *", id(cls)) + places[0]
        # That a finalizer comes late for what is there already is meant for classes; built-in types ask for it each time.
        filters = _warnings.filters[:]
        _warnings.filters[:] = [("ignore", None, RuntimeWarning, None, 0)]
        _warnings._filters_mutated()
        place[0] = b"\\1"
        try:
            setattr(cls, name, value)
        except TypeError:
            pass
        finally:
            place[0] = b"\\0"
            _warnings.filters[:] = filters
            _warnings._filters_mutated()

    return change`;

/** `SANDTABLE_STACKS=never` starts guests that cannot tell stacks: what telling them costs is measured beside these (`npm run bench -- stacks`). */
export function tellsStacks(): boolean {
  return process.env['SANDTABLE_STACKS'] !== 'never';
}

/** Defines `_tell_frames()`, which returns what makes wrappers, and `_open_types()`, which returns what sets methods of built-in types, or None. */
export function stackTelling(): string {
  const source = SOURCE.replace('MAX_FRAMES', String(MAX_FRAMES))
    .replace('FRAMES_PREFIX', FRAMES_PREFIX)
    .replace('IMAGE_BYTES', String(IMAGE_BYTES))
    .replace('HEADER_BYTES', String(HEADER_BYTES));
  return tellsStacks() ? source : source.replace('def _tell_frames():', '$&\n    raise ImportError');
}

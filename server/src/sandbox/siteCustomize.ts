/**
 * The one Python module that the controller adds to the interpreter's library. It runs last in the interpreter's start, reads
 * {@link START_FILE} for what is to be run, and makes RuntimeError of calls that the policy refuses in that way.
 *
 * For those the host answers with an errno that Linux does not have. Functions of `posix` (and some others) are wrapped
 * before anything of the guest's runs, so that this errno never shows. A program that gets at the unwrapped functions only sees an OSError
 * with an odd number: what is refused is refused either way.
 *
 * It also has the Python stacks of calls told (stackTelling.ts). All of that runs as guest code: what it says is the guest's own word, and is looked at
 * before it goes into the trace.
 */
import { CALLS, type CallName } from '@sandtable/shared/calls';
import { ceilingDenial } from '@sandtable/shared/policy/ceiling';
import { REHEARSAL_SOURCE } from './rehearsal.ts';
import { stackTelling, tellersOf, tellsStacks } from './stackTelling.ts';
import { RAISE_ERRNO, REFUSED_PID } from './wire/replyBuilder.ts';

/** Python functions that make the calls, as `module.name`. */
const FUNCTIONS: { readonly [call in CallName]?: readonly string[] } = {
  ll_os_open: ['posix.open', '_io.open', '_io.FileIO'],
  ll_os_stat: ['posix.stat'],
  ll_os_lstat: ['posix.lstat'],
  ll_os_fstat: ['posix.fstat'],
  ll_os_statvfs: ['posix.statvfs'],
  ll_os_fstatvfs: ['posix.fstatvfs'],
  ll_os_access: ['posix.access'],
  ll_os_listdir: ['posix.listdir', 'posix.scandir'],
  ll_os_flistdir: ['posix.listdir', 'posix.scandir'],
  ll_os_readlink: ['posix.readlink'],
  ll_os_getcwd: ['posix.getcwd', 'posix.getcwdb'],
  ll_os_chdir: ['posix.chdir'],
  ll_os_fchdir: ['posix.fchdir', 'posix.chdir'],
  ll_os_mkdir: ['posix.mkdir'],
  ll_os_rmdir: ['posix.rmdir'],
  ll_os_unlink: ['posix.unlink', 'posix.remove'],
  ll_os_rename: ['posix.rename', 'posix.replace'],
  ll_os_link: ['posix.link'],
  ll_os_symlink: ['posix.symlink'],
  ll_os_chmod: ['posix.chmod'],
  ll_os_fchmod: ['posix.fchmod', 'posix.chmod'],
  ll_os_chown: ['posix.chown', 'posix.lchown'],
  ll_os_fchown: ['posix.fchown', 'posix.chown'],
  ll_os_truncate: ['posix.truncate'],
  ll_os_ftruncate: ['posix.ftruncate', 'posix.truncate'],
  ll_os_utime: ['posix.utime'],
  ll_os_futime: ['posix.utime'],
  ll_os_umask: ['posix.umask'],
  ll_os_read: ['posix.read'],
  ll_os_write: ['posix.write'],
  ll_os_pread: ['posix.pread'],
  ll_os_pwrite: ['posix.pwrite'],
  ll_os_lseek: ['posix.lseek'],
  ll_os_close: ['posix.close'],
  ll_os_fsync: ['posix.fsync', 'posix.fdatasync'],
  ll_os_dup: ['posix.dup'],
  ll_os_dup2: ['posix.dup2'],
  ll_os_pipe: ['posix.pipe', 'posix.pipe2'],
  ll_os_ttyname: ['posix.ttyname'],
  ll_time_sleep: ['time.sleep'],
  ll_os_getpid: ['posix.getpid'],
  ll_os_getppid: ['posix.getppid'],
  ll_os_getuid: ['posix.getuid'],
  ll_os_geteuid: ['posix.geteuid'],
  ll_os_getgid: ['posix.getgid'],
  ll_os_getegid: ['posix.getegid'],
  ll_os_getpgrp: ['posix.getpgrp'],
  ll_os_getpgid: ['posix.getpgid'],
  ll_os_getsid: ['posix.getsid'],
  ll_os_uname: ['posix.uname'],
  ll_os_getlogin: ['posix.getlogin'],
  ll_os_sysconf: ['posix.sysconf'],
  ll_os_times: ['posix.times'],
  ll_os_getloadavg: ['posix.getloadavg'],
  ll_os_getpriority: ['posix.getpriority'],
  ll_os_urandom: ['posix.urandom', 'posix.getrandom'],
  ll_os_system: ['posix.system'],
  ll_os_fork: ['posix.fork', 'posix.forkpty', '_posixsubprocess.fork_exec'],
  ll_os_execv: ['posix.execv', 'posix.execve'],
  ll_os_waitpid: ['posix.waitpid', 'posix.wait'],
  ll_os_kill: ['posix.kill', 'posix.killpg'],
  ll_socket_socketpair: ['_socket.socketpair'],
  ll_socket_getaddrinfo: ['_socket.getaddrinfo', '_socket.gethostbyname', '_socket.gethostbyaddr'],
};

/** Whether the guest can be shown a RuntimeError for `call`; methods of built-in types, for one, cannot be wrapped. */
export function canRaise(call: CallName): boolean {
  return FUNCTIONS[call] !== undefined;
}

/** Where the interpreter finds what is to be run, when it has started. In no folder that the guest is shown. */
export const START_FILE = '/bin/lib/sandtable-start';

const SOURCE = `"""What the sandbox adds to the interpreter's start. Part of the sandbox, not of Python."""


def _install():
    # functools would bring seven more modules with it, a quarter of the interpreter's start.
    import sys
    from __pypy__ import builtinify, hidden_applevel

    # Lines are edited by the terminal outside; the interpreter's own editor would look for one that is not there.
    if hasattr(sys, "__interactivehook__"):
        del sys.__interactivehook__

    def like(function, call):
        for attribute in ("__module__", "__name__", "__qualname__", "__doc__"):
            setattr(call, attribute, getattr(function, attribute, None))
        # Functions of modules are no methods where a class has them by a name; methods of types are.
        return builtinify(call) if type(function) is type(len) else call

    try:
        telling, finalizing, pay = _tell_frames()
    except (ImportError, OSError, AttributeError):
        def pay():
            pass

        telling = None

    def guarded(function, full_name):
        refused = REFUSED.get(full_name, -ERRNO)
        # Says why in words of its own, and can fail for no other reason.
        wordy = full_name == "posix.getloadavg"

        @hidden_applevel
        def call(*args, **kwargs):
            try:
                result = function(*args, **kwargs)
            except OSError as error:
                if error.errno != ERRNO and not wordy:
                    raise
            else:
                if result != refused:
                    return result
            pay()
            raise RuntimeError

        return like(function, call)

    # By name: whether it raises and whether it tells, the function, what took its place.
    made = {}

    def wrap(raising, told):
        tellers = {}
        for full_name in sorted({*raising, *told}):
            if full_name.count(".") != 1:
                continue
            how = full_name in raising, full_name in told
            known = made.get(full_name)
            if known is None or known[0] != how:
                known = made[full_name] = how, *place(full_name, *how, None if known is None else known[1])
            if how[1] and known[1] is not None:
                tellers[known[1]] = known[2]
        return tellers

    def place(full_name, raises, tells, original):
        module_name, function_name = full_name.split(".")
        module = sys.modules.get(module_name)
        if module is None:
            module = __import__(module_name)
        before = getattr(module, function_name, None)
        if original is None:
            original = before
        if original is None or isinstance(original, type):
            return None, None
        wrapped = original
        if tells:
            wrapped = like(original, telling(original))
        if raises:
            wrapped = guarded(wrapped, full_name)
        setattr(module, function_name, wrapped)
        if module_name == "posix" and getattr(os, function_name, None) is before:
            setattr(os, function_name, wrapped)
        if module_name == "posix":
            for group in ("supports_fd", "supports_dir_fd", "supports_follow_symlinks", "supports_effective_ids"):
                known = getattr(os, group, None)
                if known is not None and original in known:
                    known.add(wrapped)
        if (module_name, function_name) == ("_io", "open"):
            import builtins
            import io

            builtins.open = io.open = wrapped
        return original, wrapped

    import os
    import posix

    _answer_platform()
    for name in MODULES:
        try:
            __import__(name)
        except ImportError:
            pass
    FORKED
    # Up to here every start is the same; processes that started are forked at this call.
    start = posix.open(START_FILE, posix.O_RDONLY)
    text = posix.read(start, 1 << 20).decode("utf-8", "surrogateescape")
    posix.close(start)
    arguments, raising, told = text.split("\\1")
    raising, told = raising.split(), () if telling is None else told.split()
    if arguments:
        sys.argv[:] = arguments.split("\\0")
    if "random" in sys.modules:
        sys.modules["random"].seed()

    methods = [name.split(".") for name in told if name.count(".") == 2]
    if methods:
        types = {(module, name): getattr(__import__(module), name) for module, name, _ in methods}
        change = _open_types(set(types.values()))
        for module, name, method in methods:
            cls = types[module, name]
            if change is not None and method == "__del__":
                change(cls, method, finalizing(cls))
            elif change is not None:
                original = getattr(cls, method)
                change(cls, method, like(original, telling(original)))

    tellers = wrap(raising, told)

    # Modules that are there already may have taken these by their names. Looking through them takes a megabyte, and is left out where only some
    # calls are told.
    names = {each.__name__ for each in tellers}
    for module in list(sys.modules.values()) if methods else ():
        for name in names.intersection(getattr(module, "__dict__", ())):
            value = getattr(module, name)
            if type(value) is type(len) and value in tellers:
                setattr(module, name, tellers[value])


def _answer_platform():
    # The interpreter's platform runs programs even for the name of the system (in CPython only for that of the processor), and there are none. Where
    # there are none it leaves the answers empty, but it does not expect to be refused with RuntimeError.
    import sys
    from __pypy__ import hidden_applevel

    def without_programs(load):
        @hidden_applevel
        def exec_module(module):
            load(module)
            module._Processor.get_linux = lambda: ""
            module._syscmd_file = lambda target, default="": default

        return exec_module

    class Finder:
        @staticmethod
        @hidden_applevel
        def find_spec(name, path=None, target=None):
            if name != "platform":
                return None
            sys.meta_path.remove(Finder)
            for finder in sys.meta_path:
                spec = finder.find_spec(name, path, target)
                if spec is not None:
                    spec.loader.exec_module = without_programs(spec.loader.exec_module)
                    return spec

    sys.meta_path.insert(0, Finder)


TELLING

REHEARSAL

_install()
del LAST_install, _answer_platform, _tell_frames, _open_types
`;

/**
 * What functions that cannot fail answer where they are refused with RuntimeError, as Python sees it: the -1 of an unsigned or of a function whose answer
 * nobody checks, and a number that no process has (see `REFUSED_PID`).
 */
const REFUSED: { readonly [name: string]: number } = {
  'posix.getuid': 0xffffffff,
  'posix.geteuid': 0xffffffff,
  'posix.getgid': 0xffffffff,
  'posix.getegid': 0xffffffff,
  'posix.getppid': REFUSED_PID,
  'posix.getpgrp': REFUSED_PID,
  'posix.umask': -1,
};

export interface SiteOptions {
  /** Imported before the guest's own part begins; what cannot be imported is left out. */
  readonly modules: readonly string[];
  /** For a process that will be forked: offers a rehearsal, and collects garbage, so that forks share as much memory as they can. */
  readonly forked: boolean;
}

/** Names that Python takes for modules. */
const MODULE_NAME = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/;

/** Texts kept: most policies ask for no modules, and a start has the text at hand. */
const MAX_TEXTS = 16;
const texts = new Map<string, string>();

export function siteCustomize({ modules, forked }: SiteOptions): string {
  const key = JSON.stringify([modules, forked, tellsStacks()]);
  let text = texts.get(key);
  if (text === undefined) {
    text = compose(modules, forked);
    if (texts.size >= MAX_TEXTS) texts.clear();
    texts.set(key, text);
  }
  return text;
}

function compose(modules: readonly string[], forked: boolean): string {
  const names = modules.filter((name) => MODULE_NAME.test(name)).map((name) => `"${name}"`);
  return SOURCE.replace('REFUSED', JSON.stringify(REFUSED))
    .replaceAll('ERRNO', String(RAISE_ERRNO))
    .replace('TELLING', () => stackTelling())
    .replace('START_FILE', `"${START_FILE}"`)
    .replace('MODULES', names.length === 0 ? '()' : `(${names.join(', ')},)`)
    .replace('REHEARSAL', forked ? REHEARSAL_SOURCE : '')
    .replace('LAST', forked ? '_offer_rehearsal, ' : '')
    .replace('FORKED', forked ? forkedPart() : '');
}

/**
 * What the start file says: the program's arguments, the Python functions that are to raise RuntimeError where the policy refuses so, and those
 * that are to have the stack of their call told before they make it.
 * @param argv the guest's script and its arguments; empty at the prompt
 * @param told calls whose stack may be asked for: no others are made slower by it
 */
export function startText(
  argv: readonly string[],
  raising: '*' | ReadonlySet<CallName>,
  told: '*' | ReadonlySet<CallName>,
): string {
  const raisers = raising === '*' ? (Object.keys(FUNCTIONS) as CallName[]) : [...raising];
  return [argv.join('\0'), functionsOf(raisers), tellersOf(told).join(' ')].join('\x01');
}

/** What no policy allows is wrapped in every guest, so it is before the fork. */
function forkedPart(): string {
  const denied = CALLS.map(({ name }) => ({ name, denial: ceilingDenial(name)?.denial })).filter(
    ({ denial }) => denial !== undefined,
  );
  const raising = denied.filter(({ denial }) => denial !== undefined && 'raise' in denial);
  const told = tellersOf(new Set(denied.map(({ name }) => name))).join(' ');
  return `wrap("${functionsOf(raising.map(({ name }) => name))}".split(), () if telling is None else "${told}".split())
    _offer_rehearsal(like)
    import gc; gc.collect()`;
}

function functionsOf(calls: readonly CallName[]): string {
  return [...new Set(calls.flatMap((call) => FUNCTIONS[call] ?? []))].sort().join(' ');
}

"""Performs sequences of file operations in a real folder, as an ordinary user, and tells what Linux answered.

One JSON line in: {"steps": [[name, argument, ...], ...]}. One JSON line out:
{"results": [...], "tree": [...], "foreign": bool}. Each sequence runs in a forked child whose root
is a fresh folder (chroot), so that absolute paths and `..` mean the same as in the virtual world and
nothing outside can be touched, and which has the uid 1000 and no capability: as root by setuid,
otherwise by a user namespace.
"""

import ctypes
import errno
import fcntl
import json
import os
import resource
import shutil
import signal
import stat
import sys
import tempfile
import traceback

USER = 1000
FILE_LIMIT = int(sys.argv[2])
AS_ROOT = os.getuid() == 0
RECENT = 10_000_000
PIPE_WRITE = 500
LIBC = ctypes.CDLL(None, use_errno=True)


def drop_capabilities():
    class Header(ctypes.Structure):
        _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]

    class Data(ctypes.Structure):
        _fields_ = [(name, ctypes.c_uint32) for name in ("effective", "permitted", "inheritable")]

    if LIBC.capset(ctypes.byref(Header(0x20080522, 0)), (Data * 2)()) != 0:
        raise OSError(ctypes.get_errno(), "capset")


def become_ordinary(folder):
    if AS_ROOT:
        os.chroot(folder)
        os.chdir("/")
        os.setgroups([])
        os.setresgid(USER, USER, USER)
        os.setresuid(USER, USER, USER)
        return
    uid, gid = os.getuid(), os.getgid()
    if LIBC.unshare(0x10000000) != 0:
        raise OSError(ctypes.get_errno(), "needs root or user namespaces")
    for name, text in (("setgroups", "deny"), ("uid_map", "%d %d 1" % (USER, uid)), ("gid_map", "%d %d 1" % (USER, gid))):
        with open("/proc/self/" + name, "w") as file:
            file.write(text)
    os.chroot(folder)
    os.chdir("/")
    drop_capabilities()


def make_fixture(folder):
    """Things of root's, which the user may look at but not change; only root can make them."""
    os.chmod(folder, 0o755)
    if not AS_ROOT:
        return
    os.chown(folder, USER, USER)
    for name, mode in (("rootdir", 0o755), ("sticky", 0o1777), ("closed", 0o700)):
        path = os.path.join(folder, name)
        os.mkdir(path)
        os.chmod(path, mode)
        inner = os.path.join(path, "f")
        with open(inner, "w") as file:
            file.write("root's")
        os.chmod(inner, 0o644)


def describe(result):
    kind = stat.S_IFMT(result.st_mode)
    return {
        "mode": result.st_mode,
        "nlink": result.st_nlink,
        "uid": USER if own_view(result.st_uid, os.getuid()) else result.st_uid,
        "gid": USER if own_view(result.st_gid, os.getgid()) else result.st_gid,
        "size": -1 if kind == stat.S_IFDIR else result.st_size,
        "mtime": "recent" if result.st_mtime > RECENT else str(result.st_mtime_ns),
    }


def own_view(number, own):
    """Outside the user namespace the user of the steps is whoever runs the tests."""
    return not AS_ROOT and number == own


def kind_of(entry):
    return "l" if entry.is_symlink() else "d" if entry.is_dir(follow_symlinks=False) else "f"


class Performer:
    def __init__(self, base):
        self.base = base

    def fd(self, number):
        return number + self.base if number >= 0 else number

    def at(self, number):
        return None if number is None else self.fd(number)

    def open(self, path, flags, mode, at):
        return os.open(path, flags, mode, dir_fd=self.at(at)) - self.base

    def close(self, fd):
        os.close(self.fd(fd))

    def read(self, fd, count):
        return os.read(self.fd(fd), count).decode("latin-1")

    def pread(self, fd, count, offset):
        return os.pread(self.fd(fd), count, offset).decode("latin-1")

    def write(self, fd, text):
        # How much a nearly full pipe takes depends on how its pages were filled before.
        if stat.S_ISFIFO(os.fstat(self.fd(fd)).st_mode):
            text = text[:PIPE_WRITE]
        return os.write(self.fd(fd), text.encode("latin-1"))

    def pwrite(self, fd, text, offset):
        return os.pwrite(self.fd(fd), text.encode("latin-1"), offset)

    def lseek(self, fd, offset, whence):
        return os.lseek(self.fd(fd), offset, whence)

    def stat(self, path, at):
        return describe(os.stat(path, dir_fd=self.at(at)))

    def lstat(self, path, at):
        return describe(os.lstat(path, dir_fd=self.at(at)))

    def fstat(self, fd):
        return describe(os.fstat(self.fd(fd)))

    def access(self, path, mode):
        return os.access(path, mode)

    def listdir(self, path):
        with os.scandir(path) as entries:
            return sorted([entry.name, kind_of(entry)] for entry in entries)

    def flistdir(self, fd):
        # Python takes -1 for the working directory.
        kind = os.fstat(self.fd(fd)).st_mode
        # A listing of the virtual world always comes whole.
        if stat.S_ISDIR(kind):
            os.lseek(self.fd(fd), 0, os.SEEK_SET)
        return sorted(os.listdir(self.fd(fd)))

    def mkdir(self, path, mode, at):
        os.mkdir(path, mode, dir_fd=self.at(at))

    def rmdir(self, path, at):
        os.rmdir(path, dir_fd=self.at(at))

    def unlink(self, path, at):
        os.unlink(path, dir_fd=self.at(at))

    def rename(self, source, target, source_at, target_at):
        os.rename(source, target, src_dir_fd=self.at(source_at), dst_dir_fd=self.at(target_at))

    def link(self, source, target):
        os.link(source, target)

    def symlink(self, target, path, at):
        os.symlink(target, path, dir_fd=self.at(at))

    def readlink(self, path, at):
        return os.readlink(path, dir_fd=self.at(at))

    def truncate(self, path, size):
        # Not os.truncate: PyPy opens the file for it, which fails in other ways.
        if LIBC.truncate(os.fsencode(path), ctypes.c_int64(size)) != 0:
            raise OSError(ctypes.get_errno(), "")

    def ftruncate(self, fd, size):
        os.ftruncate(self.fd(fd), size)

    def chmod(self, path, mode):
        os.chmod(path, mode)

    def fchmod(self, fd, mode):
        os.fchmod(self.fd(fd), mode)

    def chown(self, path, uid, gid):
        try:
            os.chown(path, uid, gid)
        except OSError as error:
            if not AS_ROOT and error.errno == errno.EINVAL:
                # root has no number in the user namespace.
                raise OSError(errno.EPERM, "") from error
            raise

    def utimens(self, path, seconds, follow):
        os.utime(path, ns=(seconds * 10**9 + 5, seconds * 10**9 + 7), follow_symlinks=follow)

    def touch(self, path):
        os.utime(path)

    def dup(self, fd):
        return os.dup(self.fd(fd)) - self.base

    def dup2(self, fd, target):
        if fd < 0 or target < 0:
            # Python forgets to set errno here.
            raise OSError(errno.EBADF, "")
        return os.dup2(self.fd(fd), self.fd(target)) - self.base

    def fcntl(self, fd, command, argument):
        if command == fcntl.F_DUPFD:
            return fcntl.fcntl(self.fd(fd), command, self.fd(argument)) - self.base
        # O_LARGEFILE is added by the kernel to each open.
        return fcntl.fcntl(self.fd(fd), command, argument) & ~0o100000

    def pipe(self):
        reader, writer = os.pipe2(os.O_NONBLOCK)
        return [reader - self.base, writer - self.base]

    def chdir(self, path):
        os.chdir(path)

    def fchdir(self, fd):
        os.fchdir(self.fd(fd))

    def getcwd(self):
        return os.getcwd()

    def umask(self, mask):
        return os.umask(mask)


def perform(steps, base):
    performer = Performer(base)
    results = []
    for step in steps:
        if step[0] not in ("write", "pwrite") and any("\0" in part for part in step[1:] if isinstance(part, str)):
            # Python does not let it through to the kernel either.
            results.append({"errno": "EINVAL"})
            continue
        try:
            value = getattr(performer, step[0])(*step[1:])
            results.append({"value": value})
        except OSError as error:
            results.append({"errno": errno.errorcode[error.errno]})
        except ValueError as error:
            # Here and there Python itself refuses a negative descriptor.
            if "negative" not in str(error):
                raise
            results.append({"errno": "EBADF"})
    return results


def tree(folder):
    """The whole folder at the end; every directory is opened up after its mode was noted."""
    lines = []
    pending = [(folder, "")]
    while pending:
        real, shown = pending.pop()
        os.chmod(real, 0o700)
        for name in os.listdir(real):
            path, line = real + "/" + name, shown + "/" + name
            status = os.lstat(path)
            known = describe(status)
            if stat.S_ISDIR(status.st_mode):
                pending.append((path, line))
            elif stat.S_ISLNK(status.st_mode):
                known["target"] = os.readlink(path)
            else:
                os.chmod(path, 0o600)
                with open(path, "rb") as file:
                    start = file.read(4096)
                known["start"] = start.decode("latin-1")
                # It may have another name that is still to be described.
                os.chmod(path, stat.S_IMODE(status.st_mode))
            lines.append([line, known])
    return sorted(lines, key=lambda line: line[0])


def in_child(folder, steps, output):
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_LIMIT, FILE_LIMIT))
    os.umask(0o022)
    # A step that blocks is a mistake in the steps; it must not outlive the test.
    signal.alarm(10)
    # PyPy, unlike CPython, leaves it as it is: a write beyond the limit would kill.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    become_ordinary(folder)
    base = os.dup(0)
    os.close(base)
    results = perform(steps, base)
    text = json.dumps(results).encode()
    while text:
        text = text[os.write(output, text):]


def run(parent, steps):
    folder = tempfile.mkdtemp(dir=parent)
    try:
        make_fixture(folder)
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                # The numbers that a sequence sees begin right after these.
                os.dup2(writer, 3)
                os.closerange(4, 64)
                in_child(folder, steps, 3)
                status = 0
            except BaseException:
                traceback.print_exc()
            os._exit(status)
        os.close(writer)
        with open(reader, "rb") as file:
            text = file.read()
        if os.waitpid(pid, 0)[1] != 0:
            raise RuntimeError("the child failed")
        return {"results": json.loads(text), "tree": tree(folder), "foreign": AS_ROOT}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main():
    parent = tempfile.mkdtemp(prefix="sandtable-vfs-", dir=sys.argv[1])
    os.chmod(parent, 0o755)
    try:
        for line in sys.stdin:
            print(json.dumps(run(parent, json.loads(line)["steps"])), flush=True)
    finally:
        shutil.rmtree(parent, ignore_errors=True)


main()

"""Performs sequences of socket calls on Linux's own loopback, and tells what it answered.

One JSON line in: {"steps": [[name, argument, ...], ...]}. One JSON line out: {"results": [...]}. Each sequence runs in a forked child
with a network of its own (a namespace that has nothing but lo), as the user 1000, so that ports are free, nothing outside can be reached,
and nothing is left. Connections leave no TIME_WAIT behind there, which the virtual world does not have either. No socket ever waits.
"""

import ctypes
import errno
import fcntl
import json
import os
import re
import select
import shutil
import signal
import socket
import struct
import sys
import tempfile
import traceback

USER = 1000
LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
FAMILIES = {"inet": socket.AF_INET, "inet6": socket.AF_INET6, "unix": socket.AF_UNIX}
# Two errors have two names each in Python, which tells the other one.
NAMES = {**errno.errorcode, errno.EAGAIN: "EAGAIN", errno.EOPNOTSUPP: "EOPNOTSUPP"}
TYPES = {"stream": socket.SOCK_STREAM, "datagram": socket.SOCK_DGRAM}
EVERYTHING = 0x1 | 0x2 | 0x4 | 0x40 | 0x80 | 0x100 | 0x200 | 0x2000


def own_network():
    flags = CLONE_NEWNET if os.getuid() == 0 else CLONE_NEWNET | CLONE_NEWUSER
    uid, gid = os.getuid(), os.getgid()
    if LIBC.unshare(flags) != 0:
        raise OSError(ctypes.get_errno(), "needs root or user namespaces")
    if uid != 0:
        for name, text in (("setgroups", "deny"), ("uid_map", "0 %d 1" % uid), ("gid_map", "0 %d 1" % gid)):
            with open("/proc/self/" + name, "w") as file:
                file.write(text)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, 0x8914, struct.pack("16sh14x", b"lo", 0x1 | 0x40))  # SIOCSIFFLAGS, IFF_UP | IFF_RUNNING
    for name, value in (("ipv4/tcp_max_tw_buckets", "0"), ("unix/max_dgram_qlen", "255")):
        with open("/proc/sys/net/" + name, "w") as file:
            file.write(value)


def become_ordinary(folder):
    os.chmod(folder, 0o777)
    os.chdir(folder)
    if os.getuid() == 0 and open("/proc/self/uid_map").read().split() == ["0", "0", "4294967295"]:
        os.setgroups([])
        os.setresgid(USER, USER, USER)
        os.setresuid(USER, USER, USER)
    os.umask(0o022)


class Run:
    def __init__(self):
        self.sockets = []
        self.seen = {}

    def unknown(self, key, kind):
        """What Linux chose is told by the order in which it is seen."""
        return self.seen.setdefault((kind, key), "%s%d" % (kind, len([k for k in self.seen if k[0] == kind])))

    def text(self, address, family):
        if family == socket.AF_UNIX:
            if isinstance(address, bytes):
                name = address[1:].decode("latin-1")
                return "unix:@" + (self.unknown(name, "name") if re.fullmatch("[0-9a-f]{5}", name) else name)
            return "unix:" + (address or "")
        if address is None:
            return None
        host, port = address[0], address[1]
        shown = self.unknown(port, "port") if port >= 32768 else port
        return ("%s:%s" if family == socket.AF_INET else "[%s]:%s") % (host, shown)

    def address(self, spelled, sock):
        if spelled[0] == "of":
            return self.at(spelled[1]).getsockname()
        if spelled[0] == "unix":
            return {"abstract": b"\0" + spelled[2].encode(), "path": spelled[2], "unnamed": ""}[spelled[1]]
        return (spelled[1], spelled[2])

    def at(self, index):
        if not self.sockets:
            raise OSError(errno.EBADF, "")
        sock = self.sockets[index % len(self.sockets)]
        if sock is None:
            raise OSError(errno.EBADF, "")
        return sock

    def keep(self, *sockets):
        for sock in sockets:
            sock.setblocking(False)
            self.sockets.append(sock)

    def step(self, name, *args):
        if name == "socket":
            self.keep(socket.socket(FAMILIES[args[0]], TYPES[args[1]]))
            return "done"
        if name == "pair":
            self.keep(*socket.socketpair(socket.AF_UNIX, TYPES[args[0]]))
            return "done"
        sock = self.at(args[0])
        if name == "bind":
            sock.bind(self.address(args[1], sock))
        elif name == "listen":
            sock.listen(args[1])
        elif name == "accept":
            child, address = sock.accept()
            self.keep(child)
            return self.text(address, sock.family)
        elif name == "connect":
            sock.connect(self.address(args[1], sock))
        elif name == "send":
            return sock.send(b"x" * args[1])
        elif name == "sendto":
            return sock.sendto(b"y" * args[1], self.address(args[2], sock))
        elif name == "recv":
            data, address = sock.recvfrom(args[1], socket.MSG_PEEK if args[2] else 0)
            told = None if sock.type == socket.SOCK_STREAM else self.text(address, sock.family)
            return [data.decode(), told]
        elif name == "shutdown":
            sock.shutdown(args[1])
        elif name == "close":
            sock.close()
            self.sockets[args[0] % len(self.sockets)] = None
        elif name == "name":
            return self.text(sock.getsockname(), sock.family)
        elif name == "peer":
            return self.text(sock.getpeername(), sock.family)
        elif name == "error":
            return NAMES.get(sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR), 0)
        elif name == "reuse":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, args[1])
        elif name == "linger":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif name == "option":
            return sock.getsockopt(args[1], args[2])
        elif name == "poll":
            poll = select.poll()
            poll.register(sock, EVERYTHING)
            found = poll.poll(0)
            return found[0][1] if found else 0
        return "done"

    def run(self, steps):
        results = []
        for step in steps:
            try:
                results.append(self.step(*step))
            except OSError as error:
                results.append(NAMES.get(error.errno, str(error)))
        return results


def in_child(steps, folder):
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            own_network()
            become_ordinary(folder)
            signal.alarm(20)
            told = json.dumps({"results": Run().run(steps)})
        except BaseException:
            told = json.dumps({"failed": traceback.format_exc()})
        with os.fdopen(writer, "w") as file:
            file.write(told)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as file:
        told = file.read()
    os.waitpid(child, 0)
    return told


def main():
    for line in sys.stdin:
        folder = tempfile.mkdtemp(prefix="sandtable-net-")
        try:
            print(in_child(json.loads(line)["steps"], folder), flush=True)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


main()

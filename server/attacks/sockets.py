# Idea: reach the network, or anything that listens on this machine.
import os
import socket
import sys

# Sockets of kinds that could leave the guest's own world.
for family, kind in ((16, socket.SOCK_RAW), (17, socket.SOCK_RAW), (40, socket.SOCK_STREAM), (socket.AF_INET, socket.SOCK_RAW), (socket.AF_INET6, socket.SOCK_RAW)):
    try:
        made = socket.socket(family, kind)
        print("ESCAPED: a socket", family, kind, made)
    except OSError as error:
        print("refused", family, error.errno)

# Somebody listens on each of these ports of the machine; in the guest's world nobody does.
REAL_PORTS = [22, 53, 80, 4100] + [int(port) for port in (sys.argv[6:] or ["22"])]
TARGETS = [(socket.AF_INET, (host, port)) for host in ("127.0.0.1", "127.0.0.2", "0.0.0.0", "192.0.2.1", "169.254.169.254") for port in REAL_PORTS]
TARGETS += [(socket.AF_INET6, (host, port)) for host in ("::1", "::", "::ffff:127.0.0.1", "fe80::1") for port in REAL_PORTS]
TARGETS += [(socket.AF_UNIX, name) for name in ("/var/run/docker.sock", "/run/systemd/notify", "/dev/log", "\0", "\0/tmp/.X11-unix/X0", "/proc/self/fd/3", "")]
for family, address in TARGETS:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        made = socket.socket(family, kind)
        made.settimeout(0.2)
        try:
            made.connect(address)
            made.send(b"ESCAPED")
            print("ESCAPED: an answer", address, made.recv(10))
        except OSError as error:
            print("refused", address, error.errno)
        made.close()

# Listening where others could come in.
for attempt in (
    lambda: socket.create_server(("192.0.2.1", 0)), lambda: socket.create_server(("127.0.0.1", 80)), lambda: socket.create_server(("", 0)).getsockname(),
    lambda: socket.fromfd(3, socket.AF_UNIX, socket.SOCK_STREAM).recv(1), lambda: socket.fromfd(0, socket.AF_INET, socket.SOCK_STREAM).send(b"x"),
    lambda: socket.getaddrinfo("example.org", 80), lambda: socket.gethostbyname("metadata"), lambda: socket.if_nameindex(),
):
    try:
        print("got", attempt())
    except (OSError, AttributeError) as error:
        print("refused", error)
one, other = socket.socketpair()
try:
    one.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, b"\3\0\0\0")])
    print("ESCAPED: passed a descriptor")
except (OSError, AttributeError) as error:
    print("refused", error)

# Idea: reach the network, or anything that listens on this machine.
import socket

TARGETS = [
    (socket.AF_INET, socket.SOCK_STREAM), (socket.AF_INET, socket.SOCK_DGRAM), (socket.AF_INET6, socket.SOCK_STREAM),
    (socket.AF_UNIX, socket.SOCK_STREAM), (socket.AF_UNIX, socket.SOCK_DGRAM), (16, socket.SOCK_RAW), (17, socket.SOCK_RAW), (40, socket.SOCK_STREAM),
]
for family, kind in TARGETS:
    try:
        made = socket.socket(family, kind)
        print("ESCAPED: a socket", family, kind, made)
    except OSError as error:
        print("refused", family, error.errno)
for attempt in (
    lambda: socket.create_connection(("127.0.0.1", 22), 1), lambda: socket.getaddrinfo("localhost", 80), lambda: socket.gethostbyname("localhost"),
    lambda: socket.create_server(("", 0)), lambda: socket.fromfd(3, socket.AF_UNIX, socket.SOCK_STREAM).recv(1),
):
    try:
        print("ESCAPED", attempt())
    except OSError as error:
        print("refused", error.errno)
one, other = socket.socketpair()
try:
    one.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, b"\3\0\0\0")])
    print("ESCAPED: passed a descriptor")
except (OSError, AttributeError) as error:
    print("refused", error)

# Idea: use the names of sockets to make files, or reach them, where the policy allows neither; and addresses that are none.
import os
import socket
import struct
from frames import data, frame, number, receive, say, send

for place in ("/bin/pypy3.sock", "/dev/shm.sock", "/proc/x", "/tmp/../bin/y", "/x.sock", "/tmp"):
    made = socket.socket(socket.AF_UNIX)
    try:
        made.bind(place)
        print("ESCAPED: bound", place)
    except OSError as error:
        print("refused", place, error.errno)
os.symlink("/bin", "/tmp/door")
os.symlink("/bin/through", "/tmp/link")
for place in ("/tmp/door/z.sock", "/tmp/link"):
    try:
        socket.socket(socket.AF_UNIX).bind(place)
    except OSError as error:
        print("refused", place, error.errno)
if os.path.lexists("/bin/through") or os.path.lexists("/bin/z.sock"):
    print("ESCAPED: a socket behind a link")
here = socket.socket(socket.AF_UNIX)
here.bind("/tmp/here.sock")
for use in (lambda: open("/tmp/here.sock"), lambda: os.truncate("/tmp/here.sock", 5), lambda: os.listdir("/tmp/here.sock"), lambda: os.link("/tmp/here.sock", "/tmp/second"), lambda: os.rename("/tmp/second", "/tmp/third")):
    try:
        print("did", use())
    except OSError as error:
        print("refused", error.errno)
print(sorted(os.listdir("/tmp")))

# Addresses that no library would send.
plain = socket.socket()
ident = 0
for raw in (b"", b"\2", b"\2\0", b"\1\0" + b"a" * 200, b"\1\0\0" + b"\0" * 50, b"\1\0" + b"\xff" * 100, b"\2\0\0\0\x7f\0\0\1", b"\xff" * 128, struct.pack("<H", 10) + b"\0" * 22, b"\1\0@name", b"\1\0../x\0y"):
    for symbol in ("connect", "bind"):
        ident += 1
        send(frame(ident, symbol, number(plain.fileno()) + data(raw) + number(len(raw))))
        receive()
    ident += 1
    send(frame(ident, "sendto", number(plain.fileno()) + data(b"x") + number(1) + number(0) + data(raw) + number(len(raw))))
    receive()
say("answered")

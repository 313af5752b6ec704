# Idea: let polls wait with as many entries as they take, and wake them all with each byte written.
import struct
from frames import data, frame, number, pipe, receive, say, send

ENTRIES = 4096
reader, writer = pipe()
entries = struct.pack("<ihh", reader, 4, 0) * ENTRIES  # POLLOUT of a reading end: never
for ident in range(1, 31):
    send(frame(ident, "poll", data(entries) + number(ENTRIES) + number(-1)))
send(b"".join(frame(1000 + k, "write", number(writer) + data(b"x") + number(1)) for k in range(512)))
for _ in range(512):
    receive()
say("512 writes answered")

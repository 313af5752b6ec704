# Idea: write to a pipe that nobody reads, a megabyte each time: the writes wait, and their bytes with them.
from frames import data, frame, number, pipe, say, send

_reader, writer = pipe()
block = data(b"x" * (1 << 20))
for ident in range(1, 501):
    send(frame(ident, "write", number(writer) + block + number(1 << 20)))
say("all of them wait")

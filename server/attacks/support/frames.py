"""Frames written and read by hand, for guests that pass their host by. argv[4] numbers the functions: symbol=number,…"""
import struct
import sys
from native import call, memory, peek, poke

FIDS = {name: int(value) for name, value in (pair.split("=") for pair in sys.argv[4].split(","))}
REQUEST_PIPE, REPLY_PIPE = 3, 4
NULL = b"\xff\xff\xff\xff"
PIECE = 1 << 20
_out, _in = memory(b"", PIECE), memory(b"", 1 << 16)
_read = b""


def number(value):
    return struct.pack("<q", value)


def data(value):
    return struct.pack("<I", len(value)) + value


def frame(ident, symbol, args=b"", thread=1):
    body = struct.pack("<IHH", ident, FIDS[symbol], thread) + args
    return struct.pack("<I", len(body)) + body


def send(everything):
    for at in range(0, len(everything), PIECE):
        piece, sent = everything[at:at + PIECE], 0
        poke(_out, piece)
        while sent < len(piece):
            sent += call(1, REQUEST_PIPE, _out + sent, len(piece) - sent)


def _take(count):
    global _read
    while len(_read) < count:
        _read += peek(_in, call(0, REPLY_PIPE, _in, 1 << 16))
    taken, _read = _read[:count], _read[count:]
    return taken


def receive():
    """id, result, error number, out-arguments."""
    reply = _take(struct.unpack("<I", _take(4))[0])
    ident, result, errno, _flags = struct.unpack_from("<IqiI", reply)
    return ident, result, errno, reply[20:]


def ask(symbol, args=b"", ident=0x70000000):
    send(frame(ident, symbol, args))
    while True:
        reply = receive()
        if reply[0] == ident:
            return reply


def say(text):
    """print() past the host, whose own ids are out of step by now."""
    ask("write", number(1) + data(text.encode() + b"\n") + number(0), 0x70000001)


def pipe():
    return struct.unpack("<ii", ask("pipe")[3][4:12])

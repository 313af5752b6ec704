# Idea: bytes that are no frame, or a frame that no honest host sends, may confuse the controller.
# Variants: huge empty short unknown truncated noise surplus nul negativeLength wrongStruct zeroId secondHello badHello wrongArray nullData deepJson
import os
import struct
import sys
from native import call, memory

FIDS = {name: int(number) for name, number in (pair.split("=") for pair in sys.argv[4].split(","))}


def frame(fid, body, id=0x7FFF0000, thread=1):
    return struct.pack("<IIHH", 8 + len(body), id, fid, thread) + body


def text(value):
    return struct.pack("<I", len(value)) + value


GARBAGE = {
    "huge": struct.pack("<I", 0xFFFFFFF0) + b"x" * 100,
    "empty": struct.pack("<I", 0),
    "short": struct.pack("<IIHH", 3, 1, 0, 0),
    "unknown": frame(60000, b""),
    "truncated": frame(FIDS["unlink"], struct.pack("<I", 1000)),
    "noise": bytes(range(1, 255)) * 8,
    "surplus": frame(FIDS["unlink"], text(b"/tmp/x") + b"more"),
    "nul": frame(FIDS["unlink"], text(b"/tmp/ok\0/../../etc/passwd")),
    "negativeLength": frame(FIDS["unlink"], struct.pack("<i", -2) + b"abc"),
    "wrongStruct": frame(FIDS["utimensat"], struct.pack("<q", -100) + text(b"/tmp/x") + text(b"12345") + struct.pack("<q", 0)),
    "zeroId": frame(FIDS["getpid"], b"", id=0),
    "secondHello": frame(0xFFFF, b'{"protocol":1}', id=0),
    "badHello": frame(0xFFFF, b"{", id=0),
    "wrongArray": frame(FIDS["poll"], text(b"12345678") + struct.pack("<qq", 1000, 0)),
    "nullData": frame(FIDS["write"], struct.pack("<qIq", 1, 0xFFFFFFFF, 5)),
    "deepJson": frame(0xFFFF, b"[" * 100000, id=0),
}[sys.argv[3]]
print("sending", flush=True)
at = 0
while at < len(GARBAGE):
    at += call(1, 3, memory(GARBAGE[at:], len(GARBAGE) - at + 1), len(GARBAGE) - at)
print(os.getcwd(), flush=True)
print("ESCAPED: the controller did not mind", flush=True)

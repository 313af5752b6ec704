# Idea: write well-formed requests by hand, for things that the wrapped functions refuse. They are requests like any other.
# Variants: open unlink system socket kill exit
import struct
import sys
from native import call, memory

FIDS = {name: int(number) for name, number in (pair.split("=") for pair in sys.argv[4].split(","))}
canary = sys.argv[1].encode()


def text(value):
    return struct.pack("<I", len(value)) + value


BODY = {
    "open": (FIDS["open64"], text(canary) + struct.pack("<qq", 0, 0)),
    "unlink": (FIDS["unlink"], text(canary)),
    "system": (FIDS["system"], text(b"touch " + sys.argv[2].encode())),
    "socket": (FIDS["socket"], struct.pack("<qqq", 2, 1, 0)),
    "kill": (FIDS["kill"], struct.pack("<qq", 1, 9)),
    "exit": (FIDS["@exit"], struct.pack("<q", 0)),
}[sys.argv[3]]
fid, body = BODY
raw = struct.pack("<IIHH", 8 + len(body), 0x7FFFFFF0, fid, 1) + body
call(1, 3, memory(raw, len(raw) + 1), len(raw))
reply = memory(size=4096)
print("answer has", call(0, 4, reply, 4096), "bytes", flush=True)

# Idea: send requests and never read the answers, so that the controller holds more and more of them.
# Variants: getcwd sleep listing
# Limits: wallSeconds=2
import struct
import sys
from native import call, memory

FIDS = {name: int(number) for name, number in (pair.split("=") for pair in sys.argv[4].split(","))}
root = struct.pack("<I", 1) + b"/"
fid, body = {
    "getcwd": (FIDS["@getcwd"], struct.pack("<qq", 4096, 4096)),
    "sleep": (FIDS["@sleep"], struct.pack("<q", 3600 * 10**6)),
    "listing": (FIDS["@listdir"], struct.pack("<I", 16) + b"/bin/lib/pypy3.9" + struct.pack("<qq", 4 << 20, 4 << 20)),
}[sys.argv[3]]
print("sending", flush=True)
for start in range(0, 200000, 1000):
    raw = b"".join(struct.pack("<IIHH", 8 + len(body), 0x10000000 + start + k, fid, 1) + body for k in range(1000))
    at = 0
    while at < len(raw):
        sent = call(1, 3, memory(raw[at:], len(raw) - at + 1), len(raw) - at)
        if sent <= 0:
            sys.exit(3)
        at += sent

# Idea: say where calls came from in one's own words, when nobody asked, too much of it, or nothing at all when it is asked for.
# Variants: unasked wrong endless silent short
import os
import struct
import sys
from frames import send

FRAMES = 0xFFFE


def told(request, text):
    body = struct.pack("<IHHI", 0, FRAMES, 1, request) + text
    return struct.pack("<I", len(body)) + body


def refused():
    try:
        os.mkdir("/bin/refused")
    except OSError:
        pass


kind = sys.argv[3]
if kind == "unasked":
    send(b"".join(told(number, b"1\0f\0/tmp/script.py\0") for number in range(20000)))
elif kind == "wrong":
    for text in (b"", b"\0" * 5000, b"-1\0f\0g\0", b"9" * 4000, b"1\0f", b"\xff" * 4000, b"1\0" + b"f" * 60000 + b"\0/x\0"):
        send(told(0, text) + told(1, text) + told(0xFFFFFFFF, text))
        refused()
elif kind == "endless":
    send(b"".join(told(number, b"1\0f\0/x\0" * 5000) for number in range(300)))
elif kind == "silent":
    # Another function of the guest's own: the host takes the first only, and this one would never end.
    import _cffi_backend
    try:
        _cffi_backend.load_library("sandtable-frames:1", 0)
    except OSError:
        pass
    for _ in range(1000):
        refused()
else:
    send(struct.pack("<IIHH", 8, 0, FRAMES, 1))
print("still here", flush=True)

"""Bytes that are no frame at all, or no request of the table."""
import struct
import sys
from native import call, memory

GARBAGE = {
    "huge": struct.pack("<I", 0xFFFFFFF0) + b"x" * 100,
    "empty": struct.pack("<I", 0),
    "short": struct.pack("<IIHH", 3, 1, 0, 0),
    "unknown": struct.pack("<IIHH", 8, 1, 60000, 0),
    "truncated": struct.pack("<IIHHI", 12, 1, 0, 0, 1000),
    "noise": bytes(range(1, 255)) * 8,
}[sys.argv[1]]
call(1, 3, memory(GARBAGE), len(GARBAGE))
print("still here", flush=True)

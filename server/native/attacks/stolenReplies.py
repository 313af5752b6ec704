"""Replies read from under the host: the guest only confuses itself."""
import os
import struct
from native import call, memory

into = memory()
body = struct.pack("<IHHI", 1, 0, 1, 4) + b"/tmp" + struct.pack("<qq", 0, 0)
frame = struct.pack("<I", len(body)) + body
call(1, 3, memory(frame), len(frame))
print("stolen", call(0, 4, into, 4096) > 0, flush=True)
print("next call", os.getcwd(), flush=True)

"""Frames written to the request pipe by hand. A forged request is a request like any other; its reply has an id that the
host never gave, so the host ends the guest when it comes.

argv[1] is the function number of unlink.
"""
import struct
import sys
from native import call, memory

body = struct.pack("<IHHI", 0x7FFFFFF0, int(sys.argv[1]), 1, 11) + b"/etc/passwd"
frame = struct.pack("<I", len(body)) + body
print("sent", call(1, 3, memory(frame), len(frame)), flush=True)
print("still here", flush=True)

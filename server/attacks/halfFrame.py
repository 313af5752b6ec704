# Idea: send the beginning of the longest frame there may be, and then nothing.
import struct
import time
from frames import FIDS, send

send(struct.pack("<IIHH", 1 << 20, 1, FIDS["getpid"], 1) + b"x" * 1000)
time.sleep(0.5)
print("never heard", flush=True)

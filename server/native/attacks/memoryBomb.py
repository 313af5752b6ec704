"""Memory without end, in large pieces, through the interpreter and past it."""
import sys
from native import call

if sys.argv[1] == "objects":
    kept = []
    try:
        while True:
            kept.append(bytearray(1 << 20))
    except MemoryError:
        kept = len(kept)
    print("MemoryError after", kept, "MB", flush=True)
else:
    pieces = 0
    while call(9, 0, 1 << 24, 3, 0x22, -1, 0) > 0:
        pieces += 1
    print("refused after", 16 * pieces, "MB", flush=True)

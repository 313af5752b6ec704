"""Memory that the limit on private memory loses sight of: written, then made read-only. And address space without end, whose
page tables cost memory that no such limit counts."""
import sys
from native import call, peek, poke

PIECE = 1 << 24
pieces = 0
while pieces < 200:
    address = call(9, 0, PIECE, 3 if sys.argv[1] == "written" else 1, 0x22, -1, 0)
    if address < 0:
        break
    if sys.argv[1] == "written":
        for at in range(address, address + PIECE, 4096):
            poke(at, b"x")
        call(10, address, PIECE, 1)
    pieces += 1
print("refused after", 16 * pieces, "MB", flush=True)

# Idea: take memory that calls itself a stack, which the limit on private data does not count.
from native import call, poke

PIECE = 1 << 26
written = 0
while written < 4096:
    address = call(9, 0, PIECE, 3, 0x122, -1, 0)
    if address < 0:
        break
    for at in range(address, address + PIECE, 4096):
        poke(at, b"x")
    written += 64
print("refused after", written, "MB", flush=True)

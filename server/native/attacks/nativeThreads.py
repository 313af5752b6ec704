"""Threads made past pthread_create, of the only kind that the filter lets through."""
import struct
from native import call, memory, poke

FLAGS = 0x3D0F00  # what pthread_create asks for
MOST = 300

# Each thread sleeps on a futex for ever: mov rdi, word; xor esi, esi; xor edx, edx; xor r10d, r10d; mov eax, 202; syscall; again
code = call(9, 0, 4096, 7, 0x22, -1, 0)
body = b"\x48\xbf" + struct.pack("<Q", memory()) + b"\x31\xf6\x31\xd2\x45\x31\xd2\xb8\xca\x00\x00\x00\x0f\x05"
poke(code, body + b"\xeb" + struct.pack("b", -len(body) - 2))
made = 0
while made < MOST:
    stack = memory(struct.pack("<Q", code), 256)  # syscall() returns into the code in the new thread
    if call(56, FLAGS, stack, 0, 0, 0) < 0:
        break
    made += 1
print("stopped after", made, flush=True)

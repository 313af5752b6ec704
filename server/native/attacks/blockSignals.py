"""All signals blocked natively, then an endless loop: SIGKILL must still end it."""
from native import call, memory

print("blocked", call(14, 2, memory(b"\xff" * 8), 0, 8), flush=True)
while True:
    pass

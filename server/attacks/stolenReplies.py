# Idea: read answers that belong to another thread, or write to the pipe that answers come through.
# Limits: wallSeconds=2
import os
import threading
from native import call, memory

stop = False


def work():
    while not stop:
        os.getcwd()


threading.Thread(target=work, daemon=True).start()
got = memory(size=4096)
for _ in range(50):
    call(0, 4, got, 4096)
print("wrote", call(1, 4, memory(b"x" * 64), 64), flush=True)

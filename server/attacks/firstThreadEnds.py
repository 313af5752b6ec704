# Idea: end the first thread alone and go on in another: who looks at the process by its first thread sees no memory.
# Limits: wallSeconds=6
import threading
import time
from native import call, poke


def rest():
    time.sleep(0.3)
    taken = 0
    while True:
        address = call(9, 0, 1 << 24, 3, 0x22, -1, 0)
        if address < 0:
            break
        for at in range(address, address + (1 << 24), 4096):
            poke(at, b"x")
        taken += 16
    print("refused after", taken, "MB", flush=True)


threading.Thread(target=rest).start()
time.sleep(0.1)
call(60, 0)  # exit, not exit_group

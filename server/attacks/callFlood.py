# Idea: nothing but calls, as many as possible, from many threads.
# Limits: callsPerSecond=3000 wallSeconds=20
import os
import threading


def flood():
    while True:
        os.stat("/tmp")


for _ in range(8):
    threading.Thread(target=flood, daemon=True).start()
flood()

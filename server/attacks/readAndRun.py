# Idea: let one thread wait for the person, so that the clock of the run stands still for all the others.
# Limits: wallSeconds=2
import os
import threading
import time

threading.Thread(target=lambda: os.read(0, 1), daemon=True).start()
end = time.time() + 12
while time.time() < end:
    time.sleep(0.2)
print("ESCAPED: ran for 12 seconds of 2", flush=True)
os._exit(0)

# Each of them is short.
import time

for _ in range(60):
    time.sleep(0.5)
print("awake")

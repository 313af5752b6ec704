# Each of them is short.
import time

for _ in range(200):
    time.sleep(0.15)
print("awake")

import time

print("thinking", flush=True)
number = 0
while time.process_time() < 2:
    for _ in range(1_000_000):
        number += 1
print("STILL THINKING")

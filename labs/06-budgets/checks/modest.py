# Needs twenty megabytes, a moment of thinking, a few lines, and a short nap.
import time

memory = bytearray(20_000_000)
memory[-1] = 7
total = 0
for number in range(300_000):
    total += number % 7
for number in range(20):
    print(f"line {number:05}")
time.sleep(0.1)
with open("/tmp/result.txt", "w") as file:
    file.write("x" * 50_000)
print("modest: done", memory[-1], total)

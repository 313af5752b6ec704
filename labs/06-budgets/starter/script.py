# A program that wants a little of everything. Change the numbers and see where
# your policy draws the line.
import time

memory = bytearray(10_000_000)
total = sum(range(100_000))
print("memory and sums: fine", len(memory), total)

for number in range(50):
    print(f"line {number:05}")

before = time.monotonic()
time.sleep(2)
print(f"slept {time.monotonic() - before:.2f} seconds")

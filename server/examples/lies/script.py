# Everything the guest knows of the world, somebody has told it. This policy
# lies. The trace shows both: what the world answered and what the guest saw.
import os
import socket
import time

print("Today is   ", time.strftime("%A, %d %B %Y", time.localtime(time.time())))
print("I run on   ", socket.gethostname())
print("My number  ", os.getpid())
print("Dice say   ", [byte % 6 + 1 for byte in os.urandom(5)])

with open("/tmp/weather.txt") as report:
    print("Weather:   ", report.read().strip())

start = time.monotonic()
time.sleep(0.5)
print("I slept    ", f"{time.monotonic() - start:.2f} s, and had asked for half a second")

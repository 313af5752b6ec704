# Asks about everything that you are going to lie about.
import datetime
import os
import socket
import time

print("machine: ", socket.gethostname(), "alias", os.uname().nodename)
print("time:    ", datetime.datetime.now(), "and", time.time())

for _ in range(2):
    try:
        with open("/srv/visitors.txt") as book:
            print("visitors:", book.read().strip())
    except OSError as error:
        print("visitors:", error.strerror)

with open("/data/orders.txt") as orders:
    print(orders.read())

# The same file, eleven bytes at a time.
with open("/data/orders.txt", "rb", buffering=0) as orders:
    while piece := orders.read(11):
        print(piece.decode(), end="|")
print()

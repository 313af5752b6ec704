# Idea: say with id 0 that the host has answered by itself, for descriptors that were never lent, and for calls that never are.
# Variants: descriptor call terminal lent
import os
import sys
from frames import data, frame, number, send

READ = number(100) + number(100)
if sys.argv[3] == "descriptor":
    forged = frame(0, "read", number(77) + READ)
elif sys.argv[3] == "call":
    forged = frame(0, "unlink", data(sys.argv[1].encode()))
elif sys.argv[3] == "terminal":
    forged = frame(0, "read", number(0) + READ)
else:
    # Truly lent: as often and as wrong as one likes, it only moves one's own descriptor.
    fd = os.open(os.__file__, os.O_RDONLY)
    forged = frame(0, "read", number(fd) + READ) * 5000 + frame(0, "close", number(fd)) + frame(0, "close", number(fd))
send(forged)
print("still here", flush=True)

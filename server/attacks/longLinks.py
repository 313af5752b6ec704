# Idea: look up a name through links of the greatest length, one behind the other: tens of thousands of steps for each small frame.
# Limits: wallSeconds=10
import os
from frames import data, frame, number, receive, say, send

os.mkdir("/tmp/d")
last = "d"
for k in range(39):
    os.symlink("d/../" * 800 + last, "/tmp/l%d" % k)
    last = "l%d" % k
send(b"".join(frame(k + 1, "access", data(("/tmp/" + last).encode()) + number(0)) for k in range(2000)))
for _ in range(2000):
    receive()
say("2000 answered")

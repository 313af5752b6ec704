# Idea: list a large directory into no room at all: each answer is a few bytes, the work behind it is not.
# Limits: wallSeconds=10
import time
from frames import data, frame, number, receive, say, send

for k in range(900):
    open("/tmp/" + "n" * 200 + str(k), "w").close()
began = time.time()
send(b"".join(frame(k + 1, "@listdir", data(b"/tmp") + number(0) + number(0)) for k in range(4000)))
for _ in range(4000):
    receive()
say("4000 listings in %.1f s" % (time.time() - began))

# Idea: wait for oneself, for nothing, for thousands of things, for times that no clock has.
import os
import select
import threading
import time

r, w = os.pipe()
poll = select.poll()
for fd in range(3, 250):
    poll.register(fd)
print(len(poll.poll(0)) > 0)
lists = [select.epoll() for _ in range(20)]
for one in lists:
    for other in lists:
        try:
            one.register(other.fileno(), select.EPOLLIN)
        except OSError:
            pass
for one in lists:
    one.poll(0)
for wrong in (lambda: time.sleep(1e18), lambda: time.sleep(-1), lambda: select.select([r], [], [], 1e300), lambda: select.select([10**6], [], []), lambda: poll.poll(10**12) if False else None):
    done = threading.Event()

    def attempt():
        try:
            wrong()
        except (OSError, ValueError, OverflowError, MemoryError):
            pass
        done.set()

    threading.Thread(target=attempt, daemon=True).start()
    done.wait(0.1)
os.write(w, b"x")
print(os.read(r, 1))
os._exit(0)

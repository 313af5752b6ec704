# Waiting for something that comes is not sleeping: what is ready is ready.
import os
import select

reader, writer = os.pipe()
os.write(writer, b"x")
for _ in range(30):
    ready, _, _ = select.select([reader], [], [], 5)
    assert ready == [reader]
poll = select.poll()
poll.register(reader, select.POLLIN)
assert poll.poll(5000)
print("still waits: done", os.read(reader, 1))

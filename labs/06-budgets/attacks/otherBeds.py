# Waiting has more than one name.
import os
import select
import time

reader, writer = os.pipe()
select.select([], [], [], 20)
select.select([reader], [], [], 20)
poll = select.poll()
poll.register(reader, select.POLLIN)
poll.poll(20_000)
epoll = select.epoll()
epoll.register(reader, select.EPOLLIN)
epoll.poll(20)
print("awake")

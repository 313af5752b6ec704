# Idea: watch one socket with as many lists as can be had, through as many numbers as can be had, and wake them all with each byte.
import os
import select
import socket
import threading

one, other = socket.socketpair()
lists, copies = [], []
try:
    while len(lists) < 100:
        lists.append(select.epoll())
    while True:
        copies.append(os.dup(other.fileno()))
except OSError as error:
    print(len(lists), "lists", len(copies), "numbers", error.errno)
watched = 0
try:
    for each in lists:
        for number in copies:
            each.register(number, select.EPOLLIN | select.EPOLLET)
            watched += 1
except OSError as error:
    print("refused", error.errno)
print("watched", watched)
stop = False


def wait(each):
    while not stop:
        each.poll(1)


for each in lists[:12]:
    threading.Thread(target=wait, args=(each,), daemon=True).start()
for _ in range(300):
    one.send(b"x")
    other.recv(1)
print("woken")

# Connections that come and go, each of which wakes a listener that all lists watch.
for number in copies:
    os.close(number)
other.close()
server = socket.create_server(("127.0.0.1", 0))
for each in lists:
    each.register(server.fileno(), select.EPOLLIN)
for _ in range(100):
    client = socket.create_connection(server.getsockname())
    server.accept()[0].close()
    client.close()
stop = True
print("done", flush=True)
os._exit(0)

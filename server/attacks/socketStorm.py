# Idea: fill the memory outside with sockets: connections that nobody accepts, bytes that nobody reads, datagrams to oneself.
import socket

listeners, clients, pairs = [], [], []


def fill(one):
    one.setblocking(False)
    try:
        while one.send(b"x" * 65536):
            pass
    except OSError:
        pass


# Connections that wait to be accepted have no descriptor of their own.
for _ in range(4):
    listener = socket.create_server(("127.0.0.1", 0), backlog=10**9 % 2**31)
    listeners.append(listener)
    for _ in range(150):
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(listener.getsockname())
        fill(client)
        client.close()
named = socket.socket(socket.AF_UNIX)
named.bind("\0storm")
named.listen(2**31 - 1)
for _ in range(150):
    client = socket.socket(socket.AF_UNIX)
    client.setblocking(False)
    client.connect_ex("\0storm")
    fill(client)
    client.close()
print("waiting connections", len(listeners))

# Every descriptor that is left is one end of a full connection.
try:
    while True:
        one, other = socket.socketpair()
        pairs.append((one, other))
        fill(one)
        fill(other)
except OSError as error:
    print(len(pairs), "pairs", error.errno)
for one, other in pairs[len(pairs) // 2:]:
    one.close()
    other.close()
receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver.bind(("127.0.0.1", 0))
for _ in range(3000):
    receiver.sendto(b"", receiver.getsockname())
for size in (1, 65507):
    for _ in range(400):
        receiver.sendto(b"x" * size, receiver.getsockname())
print("done")

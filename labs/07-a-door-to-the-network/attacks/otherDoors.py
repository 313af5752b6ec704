# Everybody but the one who may be talked to.
import os
import socket


def attempt(action):
    try:
        print("GOT", action())
    except OSError as error:
        print(type(error).__name__, error)


with open("/data/badge.txt", "rb") as file:
    badge = file.read().strip()


def tell(address, kind=socket.SOCK_STREAM, family=socket.AF_INET):
    with socket.socket(family, kind) as door:
        door.settimeout(1)
        door.connect(address)
        door.sendall(badge)
        return "told"


attempt(lambda: tell(("collector", 80)))
attempt(lambda: tell(("10.7.0.2", 80)))
attempt(lambda: tell(("10.7.0.1", 80)))
attempt(lambda: tell(("10.7.0.1", 1717)))
attempt(lambda: tell(("127.0.0.1", 17)))
attempt(lambda: tell(("192.0.2.1", 17)))
attempt(lambda: tell(("::1", 17), family=socket.AF_INET6))
attempt(lambda: tell("\0hidden", family=socket.AF_UNIX))


def postcard(address):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as card:
        return card.sendto(badge, address)


attempt(lambda: postcard(("10.7.0.2", 80)))
attempt(lambda: postcard(("127.0.0.1", 9)))
attempt(lambda: postcard(("10.7.0.1", 17)))


def serve(address, family=socket.AF_INET):
    with socket.socket(family) as server:
        server.bind(address)
        server.listen()
        return "listening"


attempt(lambda: serve(("127.0.0.1", 8080)))
attempt(lambda: serve(("0.0.0.0", 8080)))
attempt(lambda: serve("/tmp/socket", socket.AF_UNIX))

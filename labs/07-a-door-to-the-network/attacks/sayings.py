# The right door, and the wrong words.
import os
import socket


def attempt(action):
    try:
        print("GOT", action())
    except OSError as error:
        print(type(error).__name__, error)


with open("/data/badge.txt", "rb") as file:
    badge = file.read().strip()


def say(*words, write=socket.socket.sendall):
    with socket.create_connection(("quote", 17), timeout=1) as door:
        for word in words:
            write(door, word)
        return "said"


attempt(lambda: say(b"hello\n" + badge))
attempt(lambda: say(b"hello\n", badge))
attempt(lambda: say(badge, write=lambda door, word: os.write(door.fileno(), word)))
attempt(lambda: say(badge, write=lambda door, word: door.sendto(word, ("10.7.0.1", 17))))
attempt(lambda: say(badge, write=lambda door, word: os.write(os.dup(door.fileno()), word)))
attempt(lambda: say(*[bytes([letter]) for letter in badge]))

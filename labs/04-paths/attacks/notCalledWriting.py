# Changes that are not called writing.
import os


def attempt(action):
    try:
        print("GOT", action())
    except OSError as error:
        print(error)


def read(name):
    with open(name) as file:
        return file.read()


def write(name, mode="w"):
    with open(name, mode) as file:
        return file.write("mine\n")


attempt(lambda: os.close(os.open("/data/marks.csv", os.O_RDONLY | os.O_TRUNC)))
attempt(lambda: os.truncate("/data/marks.csv", 0))
attempt(lambda: os.remove("/data/marks.csv"))
attempt(lambda: os.chmod("/data/marks.csv", 0o777))
attempt(lambda: os.utime("/data/marks.csv", (0, 0)))
attempt(lambda: os.close(os.open("/data/new.csv", os.O_RDONLY | os.O_CREAT)))
attempt(lambda: os.mkdir("/data/folder"))
attempt(lambda: os.symlink("x", "/data/link"))
attempt(lambda: os.remove("/tmp/team/vault/key.txt"))

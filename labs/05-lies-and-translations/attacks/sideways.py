# Into the middle, by position, by another descriptor, and two readers in turns.
import os

NAME = "/data/orders.txt"


def pieces(what, get):
    text = b""
    for at in range(0, 150, 5):
        try:
            text += get(at)
        except OSError as error:
            print(what, error)
            return
    print(what, text.decode())


def seek(at):
    os.lseek(file, at, os.SEEK_SET)
    return os.read(file, 5)


file = os.open(NAME, os.O_RDONLY)
pieces("lseek", seek)
pieces("pread", lambda at: os.pread(file, 5, at))

# Past the head by one descriptor, the digits by another.
for cut in (8, 9, 12):
    first = os.open(NAME, os.O_RDONLY)
    second = os.dup(first)
    print("dup", (os.read(first, 2) + os.read(second, cut - 2) + os.read(first, 30)).decode())
    first = os.open(NAME, os.O_RDONLY)
    other = os.open("/dev/null", os.O_RDONLY)
    os.dup2(first, other)
    print("dup2", (os.read(first, cut) + os.read(other, 30)).decode())
    first = os.open(NAME, os.O_RDONLY)
    second = os.open(NAME, os.O_RDONLY)
    begun = os.read(first, cut)
    os.read(second, 3)
    print("in turns", (begun + os.read(first, 30)).decode())
    # A number that meant a reader at the beginning, and now means one in a token.
    first = os.open(NAME, os.O_RDONLY)
    second = os.open(NAME, os.O_RDONLY)
    begun = os.read(first, cut)
    os.dup2(first, second)
    print("taken over", (begun + os.read(second, 30)).decode())

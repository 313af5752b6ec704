# Two readers at once, in small pieces, forwards and back.
import os

NAME = "/srv/visitors.txt"
tail = ".\n{{motto}}\n"
one = os.open(NAME, os.O_RDONLY)
two = os.open(NAME, os.O_RDONLY)
texts = {one: b"", two: b""}
for _ in range(40):
    for reader in (one, two):
        texts[reader] += os.read(reader, 3)
print("one", "right" if texts[one].decode() == "You are visitor 1" + tail else f"WRONG {texts[one]!r}")
print("two", "right" if texts[two].decode() == "You are visitor 2" + tail else f"WRONG {texts[two]!r}")
print("end", "right" if os.read(one, 10) == b"" else "WRONG")
print("size", "right" if os.fstat(one).st_size == len(texts[one]) else f"WRONG {os.fstat(one).st_size}")
os.lseek(one, 8, os.SEEK_SET)
print("seek", "right" if os.read(one, 9) == b"visitor 1" else "WRONG")
os.close(one)
# The number of the descriptor is free again, and means something else.
with open("/tmp/plain.txt", "w") as file:
    file.write("plain")
again = os.open("/tmp/plain.txt", os.O_RDONLY)
print("again", "right" if os.read(again, 20) == b"plain" else "WRONG")
with open(NAME) as book:
    lines = book.readlines()
print("lines", "right" if lines == ["You are visitor 3.\n", "{{motto}}\n"] else f"WRONG {lines!r}")

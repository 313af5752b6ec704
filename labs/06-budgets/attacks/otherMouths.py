# The terminal has more than one door.
import os
import sys

pieces = 0


def pour(door):
    global pieces
    for _ in range(30):
        os.write(door, b"piece %04d\n" % pieces + b"and some more of it\n" * 50)
        pieces += 1


def attempt(action):
    global pieces
    begun = pieces
    try:
        action()
    except OSError as error:
        print(error, file=sys.stderr)
    pieces = begun + 30


attempt(lambda: pour(2))
attempt(lambda: pour(0))
attempt(lambda: pour(os.dup(1)))
attempt(lambda: pour(os.open("/dev/tty", os.O_WRONLY)))
attempt(lambda: os.write(1, b"LAST WORDS\n"))

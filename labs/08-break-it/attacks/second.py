# The second house, from all sides.
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


attempt(lambda: read("/tmp/cellar/safe/two.txt"))
attempt(lambda: os.rename("/tmp/cellar/safe", "/tmp/safe"))
attempt(lambda: read("/tmp/safe/two.txt"))
attempt(lambda: os.link("/tmp/cellar/safe/two.txt", "/tmp/two-more.txt"))
attempt(lambda: read("/tmp/two-more.txt"))
attempt(lambda: os.symlink("/tmp/cellar", "/tmp/down"))
attempt(lambda: read("/tmp/down/safe/two.txt"))
attempt(lambda: os.chdir("/tmp/cellar"))
attempt(lambda: os.rename("../cellar", "../attic"))
attempt(lambda: read("/tmp/attic/safe/two.txt"))
attempt(lambda: os.rename("/tmp/down", "/tmp/below"))
attempt(lambda: os.replace("/tmp/cellar/", "/tmp/loft"))
attempt(lambda: read("/tmp/loft/safe/two.txt"))

# Another name for the same thing.
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


attempt(lambda: os.symlink("/secret/canary.txt", "/tmp/innocent.txt"))
attempt(lambda: read("/tmp/innocent.txt"))
attempt(lambda: os.symlink("../secret", "/tmp/folder"))
attempt(lambda: read("/tmp/folder/canary.txt"))
attempt(lambda: os.listdir("/tmp/folder"))
attempt(lambda: os.symlink("/data/marks.csv", "/tmp/numbers.csv"))
attempt(lambda: write("/tmp/numbers.csv"))
attempt(lambda: os.symlink("/", "/tmp/root"))
attempt(lambda: write("/tmp/root/tmpevil/plan.txt"))
attempt(lambda: os.link("/secret/canary.txt", "/tmp/hard.txt"))
attempt(lambda: read("/tmp/hard.txt"))
attempt(lambda: os.link("/data/marks.csv", "/tmp/hard.csv"))
attempt(lambda: write("/tmp/hard.csv"))
attempt(lambda: os.symlink("vault", "/tmp/team/v"))
attempt(lambda: read("/tmp/team/v/key.txt"))

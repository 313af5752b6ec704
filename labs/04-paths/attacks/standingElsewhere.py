# A name that says little until one knows where it begins.
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


attempt(lambda: os.chdir("/secret"))
attempt(lambda: read("canary.txt"))
attempt(lambda: os.chdir("/data"))
attempt(lambda: write("marks.csv", "a"))
attempt(lambda: os.chdir("/"))
attempt(lambda: write("data/marks.csv", "a"))
attempt(lambda: read("secret/canary.txt"))


def by_descriptor(folder, name, flags):
    at = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    file = os.open(name, flags, dir_fd=at)
    return os.read(file, 100) if flags == os.O_RDONLY else os.write(file, b"mine\n")


attempt(lambda: by_descriptor("/", "secret/canary.txt", os.O_RDONLY))
attempt(lambda: by_descriptor("/data", "marks.csv", os.O_WRONLY))
attempt(lambda: by_descriptor("/tmp/team", "vault/key.txt", os.O_RDONLY))

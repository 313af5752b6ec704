# Names that begin alike.
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


attempt(lambda: write("/tmpevil/plan.txt"))
attempt(lambda: write("/tmpevil/new.txt"))
attempt(lambda: os.mkdir("/tmp-too"))
attempt(lambda: os.remove("/tmpevil/plan.txt"))
attempt(lambda: os.mkdir("/elsewhere"))

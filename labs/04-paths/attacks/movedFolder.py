# What is guarded by its name, under another one.
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


attempt(lambda: os.rename("/tmp/team/vault", "/tmp/opened"))
attempt(lambda: read("/tmp/opened/key.txt"))
attempt(lambda: os.rename("/tmp/team", "/tmp/crew"))
attempt(lambda: read("/tmp/crew/vault/key.txt"))
attempt(lambda: os.listdir("/tmp/crew/vault"))
attempt(lambda: write("/tmp/crew/vault/key.txt"))

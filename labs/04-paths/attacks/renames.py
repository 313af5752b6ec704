# Moving things about.
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


attempt(lambda: os.rename("/secret/canary.txt", "/tmp/bird.txt"))
attempt(lambda: read("/tmp/bird.txt"))
attempt(lambda: os.rename("/secret", "/tmp/cage"))
attempt(lambda: read("/tmp/cage/canary.txt"))
attempt(lambda: write("/tmp/marks.csv"))
attempt(lambda: os.rename("/tmp/marks.csv", "/data/marks.csv"))
attempt(lambda: os.rename("/data/marks.csv", "/tmp/taken.csv"))
attempt(lambda: os.rename("/tmpevil/plan.txt", "/tmp/plan.txt"))
attempt(lambda: os.replace("/tmp/team/vault/key.txt", "/tmp/key.txt"))
attempt(lambda: read("/tmp/key.txt"))

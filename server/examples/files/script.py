# The files of this bench lie in /tmp for the guest. What it writes stays in
# the guest's own world: look at the files panel while it runs.
import os

print("I am in", os.getcwd(), "and see", sorted(os.listdir(".")))

with open("originals/poem.txt") as poem:
    lines = poem.read().splitlines()
print("The poem has", len(lines), "lines.")

os.makedirs("out", exist_ok=True)
with open("out/backwards.txt", "w") as out:
    for line in reversed(lines):
        print(line, file=out)
os.rename("out/backwards.txt", "out/poem.txt")
print("Wrote", os.path.getsize("out/poem.txt"), "bytes to out/poem.txt")

# policy.ts protects the originals: see which of its lines says no.
try:
    with open("originals/poem.txt", "a") as poem:
        poem.write("A line of mine.\n")
except PermissionError as error:
    print("As the policy wants it:", error)

# And by another name? Rules match the place where a call really acts.
os.symlink("originals/poem.txt", "mine.txt")
try:
    open("mine.txt", "w")
except PermissionError as error:
    print("A link does not help:  ", error)

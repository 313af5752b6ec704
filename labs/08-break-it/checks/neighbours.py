# People who live in the street and do no harm.
import os

# The first house.
with open("/tmp/vaulting.txt", "w") as file:
    file.write("a sport")
with open("/tmp/vaulting.txt") as file:
    assert file.read() == "a sport"

# The second house.
with open("/tmp/cellar/list.txt", "a") as file:
    file.write("apples\n")
os.rename("/tmp/cellar/list.txt", "/tmp/cellar/shopping.txt")
with open("/tmp/cellar/shopping.txt") as file:
    assert file.read().endswith("apples\n")
os.mkdir("/tmp/shed")
os.rename("/tmp/shed", "/tmp/cellar/shed")
assert "shed" in os.listdir("/tmp/cellar")

# The third house: what is in the archive is no secret, and neither is how long the papers are.
with open("/archive/index.txt") as file:
    print(file.read().strip())
print("three.txt is", os.path.getsize("/archive/three.txt") > 20)
os.chdir("/tmp")
os.symlink("vaulting.txt", "link.txt")
print("neighbours: done", len(open("link.txt").read()))

import os

os.mkdir("/tmp/releases")
with open("/tmp/releases/1.txt", "w") as file:
    file.write("one")
os.symlink("releases", "/tmp/current")
os.symlink("/tmp/releases/1.txt", "/tmp/latest.txt")
with open("/tmp/current/2.txt", "w") as file:
    file.write("two")
with open("/tmp/latest.txt", "a") as file:
    file.write(", and more")
os.symlink("/data", "/tmp/numbers")
with open("/tmp/numbers/marks.csv") as file:
    assert "ada" in file.read()
os.link("/tmp/releases/2.txt", "/tmp/two.txt")
print("links inside: done", open("/tmp/releases/1.txt").read(), open("/tmp/two.txt").read())

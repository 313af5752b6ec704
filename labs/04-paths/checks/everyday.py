import os

# Names that look dangerous and are not.
for name in ("/tmp/notes..txt", "/tmp/a..b/c", "/tmp/..hidden", "/tmp/secret/list.txt", "/tmp/x/../y.txt", "/tmp/./z.txt"):
    os.makedirs(os.path.dirname(name) if "/../" not in name else "/tmp/x", exist_ok=True)
    with open(name, "w") as file:
        file.write(name)
    with open(name) as file:
        assert file.read() == name

os.chdir("/tmp/x")
with open("../relative.txt", "w") as file:
    file.write("fine")
with open("/tmp/team/plan.txt", "a") as file:
    file.write("and tea at four\n")

# A new file over an old one, as every editor saves.
with open("/tmp/save.new", "w") as file:
    file.write("second")
os.rename("/tmp/save.new", "/tmp/relative.txt")
os.mkdir("/tmp/box")
os.rename("/tmp/box", "/tmp/case")
with open("/data/marks.csv") as file:
    assert "ada" in file.read()
assert sorted(os.listdir("/tmp/team")) == ["plan.txt", "vault"]
os.remove("/tmp/y.txt")
print("everyday: done", open("/tmp/relative.txt").read())

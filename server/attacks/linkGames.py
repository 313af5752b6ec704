# Idea: symbolic links, hard links and `..` may lead out of the virtual tree, or past a check made on another name.
import os
import sys
import threading

canary = sys.argv[1]
os.chdir("/tmp")
os.mkdir("d")
for name, target in {
    "out": canary, "up": "../../../../../../" + canary, "root": "/", "self": "self", "one": "two", "two": "one", "dots": "d/../../..", "proc": "/proc/self/root",
    "lib": "/bin/lib/pypy3.9", "long": "d/" * 2000, "device": "/dev/null",
}.items():
    try:
        os.symlink(target, name)
    except OSError as error:
        print("no link", name, error.errno)
for path in ("out", "up", "root" + canary, "self", "one", "dots" + canary, "proc" + canary, "long", "d/../out", "root/tmp/out", "lib/os.py"):
    for act in (lambda: open(path).read(60), lambda: open(path, "w").write("x"), lambda: os.truncate(path, 0), lambda: os.chmod(path, 0)):
        try:
            result = act()
            print("ESCAPED" if "secret" in str(result) or path == "lib/os.py" and result == 1 else "done", path)
        except OSError:
            pass
for make in (lambda: os.link(canary, "h"), lambda: os.link("/bin/lib/pypy3.9/os.py", "h"), lambda: os.link("d", "dd"), lambda: os.rename("d", "d/e"), lambda: os.rename("/bin", "b"), lambda: os.rename("script.py", "/bin/pypy3")):
    try:
        make()
        print("ESCAPED", make)
    except OSError:
        pass
stop = False


def swap():
    while not stop:
        os.symlink("/bin/lib/pypy3.9", "race")
        os.unlink("race")
        os.mkdir("race")
        try:
            os.rmdir("race")
        except OSError:
            os.rename("race", "full%d" % len(os.listdir(".")))


swapper = threading.Thread(target=swap)
swapper.start()
for _ in range(300):
    try:
        with open("race/planted.py", "w") as file:
            file.write("x")
    except OSError:
        pass
stop = True
swapper.join()
print("ESCAPED" if os.path.exists("/bin/lib/pypy3.9/planted.py") else "nothing planted")

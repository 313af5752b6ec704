# Idea: plant code where the next run, or the platform itself, would execute it.
import os
import posix
import sys

LIBRARY = "/bin/lib/pypy3.9"
for act in (
    lambda: open(LIBRARY + "/os.py", "a").write("evil"), lambda: open(LIBRARY + "/sitecustomize.py", "w"), lambda: os.unlink(LIBRARY + "/sitecustomize.py"),
    lambda: open(LIBRARY + "/__pycache__/os.pypy39.pyc", "r+b"), lambda: os.rename(LIBRARY, "/tmp/lib"), lambda: os.chmod(LIBRARY + "/os.py", 0o777),
    lambda: os.symlink("/tmp/evil.py", LIBRARY + "/evil.py"), lambda: os.mkdir(LIBRARY + "/evil"), lambda: os.truncate("/bin/pypy3", 1), lambda: open("/dev/evil", "w"),
    lambda: os.mkdir("/evil"), lambda: os.rmdir("/proc"), lambda: os.replace("/tmp/script.py", "/bin/pypy3"), lambda: os.utime(LIBRARY + "/os.py"),
):
    try:
        act()
        print("ESCAPED", act)
    except OSError as error:
        print("refused", error.errno)
sys.modules.clear()
print(posix.listdir("/"))

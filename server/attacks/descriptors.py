# Idea: the guest's descriptor numbers may be confused with the host's own, which hold the channel.
import os

for fd in (-1, 3, 4, 5, 6, 16, 255, 1 << 20, 2**31 - 1):
    for name, attempt in {
        "read": lambda: os.read(fd, 10), "write": lambda: os.write(fd, b"\xff" * 64), "close": lambda: os.close(fd), "dup": lambda: os.dup(fd),
        "dup2": lambda: os.dup2(1, fd), "fstat": lambda: os.fstat(fd), "truncate": lambda: os.ftruncate(fd, 0), "chdir": lambda: os.fchdir(fd),
        "link": lambda: os.readlink("/proc/self/fd/%d" % fd), "open": lambda: open("/dev/fd/%d" % fd), "list": lambda: os.listdir(fd),
    }.items():
        try:
            attempt()
        except (OSError, OverflowError, ValueError):
            pass
print("still here", os.getcwd())

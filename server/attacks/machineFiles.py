# Idea: read or change the real machine's files by their names.
import os
import sys

canary, marker = sys.argv[1:3]
for path in (
    canary, "/etc/passwd", "/etc/shadow", "/proc/self/mem", "/proc/self/maps", "/proc/self/environ", "/proc/self/cmdline", "/proc/1/environ", "/proc/version",
    "/sys/kernel/mm", "/dev/mem", "/dev/kmsg", "/dev/sda", "/dev/pts/0", "/root/.ssh/id_rsa", "/run/docker.sock", "/usr/bin/python3", "/lib64/ld-linux-x86-64.so.2",
    "/tmp/../.." + canary, "//" + canary, "/dev/../" + canary, "/bin/lib/pypy3.9/../../../.." + canary, "/proc/self/root" + canary, "/proc/self/cwd/" + canary,
):
    for mode in ("rb", "r+b", "wb"):
        try:
            with open(path, mode) as file:
                print("ESCAPED" if mode != "rb" or "secret" in repr(file.read(100)) else "read", path, mode)
        except OSError:
            pass
for change in (
    lambda: os.mkdir(marker), lambda: os.symlink(canary, marker), lambda: os.unlink(canary), lambda: os.rename(canary, canary + "2"), lambda: os.chmod(canary, 0o777),
    lambda: os.link(canary, "/tmp/linked"), lambda: os.truncate(canary, 0), lambda: os.utime(canary), lambda: os.chown(canary, 0, 0), lambda: os.mkfifo(marker),
    lambda: os.chroot("/"), lambda: os.mknod(marker),
):
    try:
        change()
        print("ESCAPED", change)
    except (OSError, AttributeError):
        pass

# Idea: the hooks only cover what goes through libc's relocation slots, so call the kernel directly.
# Variants: openat open openat2 read0 write1 fork vfork execve cloneFork cloneUser clone3 killParent killAll tgkill ptrace socket socketpair mmapShared mmapFile memfd readParent prctl seccomp bpf ioUring userfaultfd sigaction sendmsg dup closeRequest ioctl x32 perf keyctl unshare setns mount chroot setuid personality processMadvise pidfdOpen inotify
import struct
import sys
from native import call, memory

canary, marker, which = sys.argv[1:4]
path, new = memory(canary.encode() + b"\0"), memory(marker.encode() + b"\0")
shell = memory(b"/bin/sh\0")
AT_FDCWD = -100
CALLS = {
    "openat": (257, AT_FDCWD, path, 0), "open": (2, new, 0o101, 0o600), "openat2": (437, AT_FDCWD, path, memory(b"\0" * 24), 24),
    "read0": (0, 0, memory(), 10), "write1": (1, 1, memory(b"hi"), 2), "fork": (57,), "vfork": (58,), "execve": (59, shell, 0, 0),
    "cloneFork": (56, 17), "cloneUser": (56, 0x10000000 | 17), "clone3": (435, memory(struct.pack("<QQQQQ", 0, 0, 0, 0, 17) + b"\0" * 48), 88),
    "killParent": (62, 1, 9), "killAll": (62, -1, 9), "tgkill": (234, 1, 1, 9), "ptrace": (101, 16, 1), "socket": (41, 2, 1, 0),
    "socketpair": (53, 1, 1, 0, memory()), "mmapShared": (9, 0, 4096, 3, 0x21, -1, 0), "mmapFile": (9, 0, 4096, 1, 2, 3, 0),
    "memfd": (319, memory(b"x"), 0), "readParent": (310, 1, memory(), 1, memory(), 1, 0), "prctl": (157, 4, 1), "seccomp": (317, 0, 0, 0),
    "bpf": (321, 0, memory(), 48), "ioUring": (425, 1, memory()), "userfaultfd": (323, 0), "sigaction": (13, 11, 0, 0, 8),
    "sendmsg": (46, 3, memory(), 0), "dup": (32, 3), "closeRequest": (3, 3), "ioctl": (16, 3, 0x541B, memory()), "x32": (0x40000000 | 39,),
    "perf": (298, memory(), 0, -1, -1, 0), "keyctl": (250, 0, 0), "unshare": (272, 0x10000000), "setns": (308, 3, 0),
    "mount": (165, memory(b"none"), memory(b"/"), memory(b"tmpfs"), 0, 0), "chroot": (161, memory(b"/")), "setuid": (105, 0),
    "personality": (135, 0x0040000), "processMadvise": (440, 3, memory(), 1, 4, 0), "pidfdOpen": (434, 1, 0), "inotify": (253,),
}
result = call(*CALLS[which])
# Some are refused with an error so that libc falls back; none may succeed.
print("ESCAPED" if result >= 0 else "refused", which, result, flush=True)

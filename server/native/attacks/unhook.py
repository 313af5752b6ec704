"""The hooks taken out again: libc's own functions put back into the interpreter's slots, then used through os."""
import os
import struct
import sys
from native import IMPORTS, LIBC, call, exports_of, poke

PAGE = 4096


def unhook(name):
    slot = IMPORTS[name]
    call(10, slot & -PAGE, 2 * PAGE, 3)  # mprotect: the slots' page is the guest's own
    poke(slot, struct.pack("<Q", exports_of(LIBC, name)))


unhook({"open": "open64", "listdir": "opendir", "fork": "fork", "system": "system", "write": "write", "pipe": "pipe2"}[sys.argv[1]])
try:
    result = {
        "open": lambda: os.open("/etc/passwd", os.O_RDONLY),
        "listdir": lambda: os.listdir("/etc"),
        "fork": os.fork,
        "system": lambda: os.system("touch /tmp/escaped"),
        "write": lambda: os.write(2, b"escaped"),
        "pipe": os.pipe,
    }[sys.argv[1]]()
    print("PERFORMED", result, flush=True)
except OSError as error:
    print("refused", error.errno, flush=True)

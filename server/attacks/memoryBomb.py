# Idea: use up the machine's memory, with few large objects, many small ones, or memory outside of the interpreter's heap.
# Variants: large small text recursive native mapped pipes
# Limits: heapBytes=100663296 wallSeconds=20
import mmap
import os
import sys

held = []


def native():
    import _cffi_backend as b
    array = b.new_array_type(b.new_pointer_type(b.new_primitive_type("char")), 1 << 24)
    while True:
        item = b.newp(array)
        b.buffer(item)[:] = b"x" * (1 << 24)
        held.append(item)


def mapped():
    while True:
        item = mmap.mmap(-1, 1 << 24)
        item[:] = b"x" * (1 << 24)
        held.append(item)


def pipes():
    while True:
        r, w = os.pipe()
        os.set_blocking(w, False)
        os.write(w, b"x" * 65536)


def large():
    while True:
        held.append(bytearray(1 << 24))


def small():
    while True:
        held.append([held[-1:]])


def text():
    value = "x" * (1 << 20)
    while True:
        value += value


def recursive():
    value = {}
    while True:
        value = {str(k): value for k in range(1000)}
        held.append(value)


try:
    {"large": large, "small": small, "text": text, "recursive": recursive, "native": native, "mapped": mapped, "pipes": pipes}[sys.argv[3]]()
except (MemoryError, OSError) as error:
    held.clear()
    print("refused", type(error).__name__, flush=True)

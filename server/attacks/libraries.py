# Idea: load native code: a library of the machine, one that the guest wrote, or a function of one that is loaded already.
import importlib.machinery
import importlib.util
import os

ELF = b"\x7fELF\2\1\1" + bytes(57)
for name in ("evil.so", "evil.pypy39-pp73-x86_64-linux-gnu.so", "_sha3_cffi.pypy39-pp73-x86_64-linux-gnu.so"):
    with open("/tmp/" + name, "wb") as file:
        file.write(ELF)


def rawffi():
    import _rawffi
    return _rawffi.CDLL(None)


def cffi(name):
    import _cffi_backend
    return _cffi_backend.load_library(name, 0)


def extension(path):
    loader = importlib.machinery.ExtensionFileLoader("evil", path)
    return importlib.util.module_from_spec(importlib.util.spec_from_loader("evil", loader))


for attempt in (
    rawffi, lambda: cffi(None), lambda: cffi("libc.so.6"), lambda: cffi("/lib/x86_64-linux-gnu/libc.so.6"), lambda: cffi("/tmp/evil.so"),
    lambda: __import__("ctypes").CDLL(None).system(b"id"), lambda: __import__("evil"), lambda: extension("/tmp/evil.so"),
    lambda: cffi("libc.so.6").load_function, lambda: __import__("_ctypes"),
):
    try:
        print("ESCAPED", attempt())
    except (ImportError, OSError, AttributeError, SystemError, RuntimeError) as error:
        print("refused", type(error).__name__)
# A library of the allowed names gives its own start function and nothing else.
try:
    library = cffi("/tmp/_sha3_cffi.pypy39-pp73-x86_64-linux-gnu.so")
    import _cffi_backend as b
    library.load_function(b.new_function_type((), b.new_primitive_type("int")), "system")
    print("ESCAPED: system")
except Exception as error:
    print("refused", type(error).__name__)
print(os.getcwd())

"""Native code, by every loader that Python has."""
import _cffi_backend
import _imp
import _rawffi


class Spec:
    name, origin = "evil", "/tmp/evil.so"


ATTEMPTS = dict(
    ctypes=lambda: __import__("ctypes"),
    program=lambda: _rawffi.CDLL(None),
    libc=lambda: _rawffi.CDLL("libc.so.6"),
    absolute=lambda: _rawffi.CDLL("/lib/x86_64-linux-gnu/libc.so.6"),
    cffi=lambda: _cffi_backend.load_library(None, 0),
    extension=lambda: _imp.create_dynamic(Spec()),
    # a preloaded module's name opens a token; the token knows no function but the module's own entry
    token=lambda: _rawffi.CDLL("/x/_sha3_cffi.pypy39-pp73-x86_64-linux-gnu.so").ptr("system", ["s"], "i")(b"id"),
)
for name, attempt in ATTEMPTS.items():
    try:
        print("PERFORMED", name, attempt(), flush=True)
    except Exception as error:
        print("refused", name, type(error).__name__, error, flush=True)

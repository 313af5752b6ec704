"""What the process was started with: its command line, environment and path must not be readable on the stack."""
from native import LIBC, LONG, b, exports_of, peek, word

PAGE = 4096
AT_EXECFN = 31
ONE = b.new_function_type((LONG,), LONG, False)
start = word(exports_of(LIBC, "program_invocation_name")) & -PAGE
end = (b.cast(ONE, exports_of(LIBC, "getauxval"))(AT_EXECFN) | (PAGE - 1)) + 1
strings = peek(start, end - start)
for needle in (b"--uid", b"--threads", b"sandtable-host", b"HOST_SECRET"):
    if needle in strings:
        print("FOUND", needle, flush=True)
print("looked at", len(strings) > 0, flush=True)

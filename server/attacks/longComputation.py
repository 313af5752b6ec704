# Idea: one operation that runs for ages without a call, so that nobody gets to look at it.
# Variants: power digits pbkdf2 hash sort regex
# Limits: cpuSeconds=1 wallSeconds=20
import hashlib
import re
import sys

print("begin", flush=True)
WAYS = {
    "power": lambda: 7 ** (7**9),
    "digits": lambda: (sys.set_int_max_str_digits(0), len(str(1 << (1 << 27)))),
    "pbkdf2": lambda: hashlib.pbkdf2_hmac("sha256", b"a", b"b", 10**9),
    "hash": lambda: [hashlib.sha256(bytes(1 << 24)).digest() for _ in range(10**6)],
    "sort": lambda: [sorted(range(10**6), key=lambda x: -x) for _ in range(10**6)],
    "regex": lambda: re.match("(a+)+$", "a" * 60 + "b"),
}
WAYS[sys.argv[3]]()
print("ESCAPED: it was allowed to finish")

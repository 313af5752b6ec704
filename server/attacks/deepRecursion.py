# Idea: overflow the stack, in Python, in the parser, in C code, or past what the interpreter checks.
# Variants: python json pickle regex parser repr native
# Limits: wallSeconds=5
import json
import pickle
import re
import sys


def deeper(n):
    return deeper(n + 1)


class Nested:
    def __reduce__(self):
        return (Nested, ())

    def __repr__(self):
        return repr([self])


def native():
    import _cffi_backend as b
    function = b.new_function_type((), b.new_primitive_type("long"))
    again = b.callback(function, lambda: again())
    sys.setrecursionlimit(10**9)
    again()


WAYS = {
    "python": lambda: (sys.setrecursionlimit(10**9), deeper(0)),
    "json": lambda: json.loads("[" * 1000000),
    "pickle": lambda: pickle.loads(b"(" * 1000000 + b"." ),
    "regex": lambda: re.match(r"(a?){50}a{50}|((((x*)*)*)*)*y", "x" * 28),
    "parser": lambda: compile("(" * 100000, "", "eval"),
    "repr": lambda: repr(Nested()),
    "native": native,
}
try:
    WAYS[sys.argv[3]]()
except BaseException as error:
    print("refused", type(error).__name__)

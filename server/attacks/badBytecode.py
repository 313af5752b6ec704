# Idea: hand the interpreter bytecode that no compiler makes; it may crash, and that is all that may happen.
# Variants: stack jump constants
import sys
import types


def plain():
    return 1


code = plain.__code__
BROKEN = {
    "stack": bytes([1, 0] * 50 + [83, 0]),
    "jump": bytes([113, 250, 113, 251]),
    "constants": bytes([100, 255, 100, 254, 23, 0, 83, 0]),
}[sys.argv[3]]
made = types.CodeType(0, 0, 0, 0, 1, 67, BROKEN, (), (), (), "f", "f", 1, b"")
print("running", flush=True)
try:
    print(types.FunctionType(made, {})())
except BaseException as error:
    print("refused", type(error).__name__)

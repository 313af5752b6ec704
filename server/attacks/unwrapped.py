# Idea: the wrappers that raise RuntimeError keep the function they wrap. Reaching it changes the words of the refusal, nothing else.
import gc
import os
import sys

marker = sys.argv[2]
for function in (os.system, os.fork, os.execv):
    inner = [function.__wrapped__] + [item for item in gc.get_referents(*[cell for cell in function.__closure__ or ()]) if callable(item)]
    for original in inner:
        try:
            arguments = {"system": ("touch " + marker,), "execv": ("/usr/bin/touch", ["touch", marker])}.get(function.__name__, ())
            result = original(*arguments)
            print("ESCAPED" if result is not None and result >= 0 else "refused", function.__name__, result)
        except (OSError, RuntimeError) as error:
            print("refused", type(error).__name__)

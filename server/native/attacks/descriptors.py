"""The channel's descriptor numbers, reached for through the interpreter: they are virtual numbers there."""
import os

for number in (3, 4, 5):
    for name, attempt in {
        "close": lambda: os.close(number),
        "write": lambda: os.write(number, b"\xff" * 64),
        "read": lambda: os.read(number, 10),
        "dup2": lambda: os.dup2(1, number),
    }.items():
        try:
            attempt()
        except OSError:
            pass
os.closerange(3, 100)
print("channel works:", os.getcwd(), flush=True)

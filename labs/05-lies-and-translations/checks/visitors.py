import os

NAME = "/srv/visitors.txt"
for number in (1, 2, 3):
    with open(NAME) as book:
        text = book.read()
    print("right" if text == f"You are visitor {number}.\n{{motto}}\n" else f"WRONG: {text!r}")
print("exists" if os.path.exists(NAME) else "MISSING")
try:
    open(NAME, "w")
    print("WRITTEN")
except OSError as error:
    print("refused", type(error).__name__)

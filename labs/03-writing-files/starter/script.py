# A program that keeps a diary. It is honest: what it needs is what the policy
# should allow. Change it as you like; the checks bring scripts of their own.
import os

folder = "/tmp/{{folder}}"


def attempt(what, action):
    try:
        action()
    except OSError as error:
        print(f"{what:26} {type(error).__name__}: {error.strerror}")
    else:
        print(f"{what:26} ok")


def write(name, text, mode="w"):
    with open(name, mode) as file:
        file.write(text)


attempt("make the folder", lambda: os.makedirs(folder, exist_ok=True))
attempt("write a page", lambda: write(f"{folder}/monday.txt", "Rain.\n"))
attempt("add a line", lambda: write(f"{folder}/monday.txt", "More rain.\n", "a"))
attempt("make a folder inside", lambda: os.mkdir(f"{folder}/drafts"))
attempt("write in it", lambda: write(f"{folder}/drafts/idea.txt", "An umbrella."))
attempt("throw it away", lambda: os.remove(f"{folder}/drafts/idea.txt"))

print("And what should not work:")
attempt("write beside the folder", lambda: write("/tmp/elsewhere.txt", "x"))
attempt("write far too much", lambda: write(f"{folder}/big.txt", "x" * 100_000))

print("There are now", [os.path.join(at, name) for at, _, names in os.walk("/tmp") for name in names])

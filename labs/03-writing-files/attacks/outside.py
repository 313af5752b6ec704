import os


def attempt(action):
    try:
        action()
    except OSError as error:
        print(type(error).__name__, error)


os.makedirs("/tmp/{{folder}}", exist_ok=True)
for name in (
    "/tmp/elsewhere.txt",
    "/tmp/{{folder}}s.txt",
    "/tmp/{{folder}}/../above.txt",
    "/tmp/{{folder}}/../script.py",
    "relative.txt",
):
    attempt(lambda: open(name, "w").write("mine"))
attempt(lambda: os.mkdir("/tmp/{{folder}}-too"))
attempt(lambda: os.remove("/tmp/script.py"))
attempt(lambda: os.truncate("/tmp/script.py", 0))
attempt(lambda: os.close(os.open("/tmp/emptied.txt", os.O_RDONLY | os.O_CREAT)))

# Moving and linking: another name for a file, or a file under another name.
import os


def attempt(action):
    try:
        action()
        print("WORKED")
    except OSError as error:
        print(error)


folder = "/tmp/{{folder}}"
os.makedirs(folder, exist_ok=True)
open(f"{folder}/mine.txt", "w").close()
attempt(lambda: os.rename(f"{folder}/mine.txt", "/tmp/out.txt"))
attempt(lambda: os.link(f"{folder}/mine.txt", "/tmp/out.txt"))
attempt(lambda: os.rename("/tmp/victim.txt", f"{folder}/in.txt"))
attempt(lambda: os.link("/tmp/victim.txt", f"{folder}/in.txt"))
attempt(lambda: os.symlink("/tmp/victim.txt", f"{folder}/link.txt"))
# A file without a name still takes bytes.
file = os.open(f"{folder}/gone.txt", os.O_WRONLY | os.O_CREAT)
os.remove(f"{folder}/gone.txt")
attempt(lambda: os.write(file, b"x" * 10))

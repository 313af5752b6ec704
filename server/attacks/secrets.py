# Idea: what the server knows may lie about in the guest: its environment, its command line, its paths, its users.
import getpass
import os
import platform
import pwd
import socket
import sys

known = [dict(os.environ), sys.argv[:1], sys.path, sys.executable, os.getcwd(), socket.gethostname(), platform.uname(), os.getuid(), os.getpid(), os.getppid()]
for more in (os.getlogin, getpass.getuser, lambda: pwd.getpwuid(0), lambda: pwd.getpwall(), os.getloadavg, os.cpu_count, lambda: os.sysconf("SC_PHYS_PAGES"), platform.libc_ver, platform.node, os.ctermid):
    try:
        known.append(more())
    except Exception as error:
        known.append(type(error).__name__)
print(known)

# Idea: start another program, by every way that the library knows.
# Variants: system popen subprocess fork forkpty execv execve posixSpawn multiprocessing pty startfile asyncio
import asyncio
import multiprocessing
import os
import pty
import subprocess
import sys

marker, which = sys.argv[2:4]
touch = ["/usr/bin/touch", marker]
WAYS = {
    "system": lambda: os.system("touch " + marker),
    "popen": lambda: os.popen("touch " + marker).read(),
    "subprocess": lambda: subprocess.run(touch, check=True),
    "fork": os.fork,
    "forkpty": os.forkpty,
    "execv": lambda: os.execv(touch[0], touch),
    "execve": lambda: os.execve(touch[0], touch, {}),
    "posixSpawn": lambda: os.posix_spawn(touch[0], touch, {}),
    "multiprocessing": lambda: multiprocessing.Process(target=print).start(),
    "pty": lambda: pty.spawn(touch),
    "startfile": lambda: os.spawnv(os.P_WAIT, touch[0], touch),
    "asyncio": lambda: asyncio.run(asyncio.create_subprocess_exec(*touch)),
}
try:
    WAYS[which]()
    print("ESCAPED", which)
except (OSError, RuntimeError, AttributeError, NotImplementedError) as error:
    print("refused", type(error).__name__)

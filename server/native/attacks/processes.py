"""Other processes, by every door that Python has."""
import os
import signal
import subprocess
import sys
import threading

release = threading.Event()
other = threading.Thread(target=release.wait, daemon=True)
other.start()
ATTEMPTS = dict(
    fork=os.fork,
    forkpty=os.forkpty,
    execv=lambda: os.execv("/bin/sh", ["sh", "-c", "touch /tmp/escaped"]),
    fexecve=lambda: os.execve(0, ["sh"], {}),
    spawn=lambda: os.spawnv(os.P_WAIT, "/bin/sh", ["sh"]),
    popen=lambda: os.popen("id").read(),
    subprocess=lambda: subprocess.run(["/bin/sh"]),
    kill_others=lambda: os.kill(1, signal.SIGKILL),
    killpg=lambda: os.killpg(1, signal.SIGKILL),
    pthread_kill=lambda: signal.pthread_kill(other.ident, signal.SIGKILL),
    openpty=os.openpty,
    nice=lambda: os.nice(-5),
    setuid=lambda: os.setuid(0),
    chroot=lambda: os.chroot("/"),
    multiprocessing=lambda: __import__("multiprocessing").Process(target=print).start(),
)
for name, attempt in ATTEMPTS.items():
    try:
        print("PERFORMED", name, attempt(), flush=True)
    except Exception as error:
        print("refused", name, type(error).__name__, flush=True)
release.set()
print("system", os.system("touch /tmp/escaped"), flush=True)

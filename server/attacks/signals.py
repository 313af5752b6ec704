# Idea: signals to other processes, or signals that keep the guest from being stopped.
# Limits: wallSeconds=2
import os
import signal

for pid in (1, -1, os.getppid(), 3, 2**22 - 1, -2**31):
    for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP, 0):
        try:
            os.kill(pid, number)
            print("ESCAPED: signalled", pid)
        except (OSError, OverflowError):
            pass
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
try:
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
except OSError:
    pass
for attempt in (lambda: os.kill(os.getpid(), signal.SIGSTOP), lambda: os.killpg(1, 9), lambda: os.setsid(), lambda: os.nice(-5), lambda: os.setpgid(0, 0), lambda: signal.pthread_kill(1, 9)):
    try:
        attempt()
    except (OSError, RuntimeError, OverflowError):
        pass
print("ignoring all", flush=True)
signal.setitimer(signal.ITIMER_REAL, 0.0001, 0.0001)
while True:
    pass

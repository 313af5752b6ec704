# Sleeps for an hour. Somebody who is told that it was an hour has to find that all clocks agree.
import time


def slept(what, action, seconds):
    wall, steady = time.time(), time.monotonic()
    action()
    wall, steady = time.time() - wall, time.monotonic() - steady
    right = seconds - 0.01 <= steady <= seconds + 5 and abs(wall - steady) < 0.5
    print(what, "right" if right else f"WRONG: asked for {seconds} s; {wall:.2f} s on the wall, {steady:.2f} s since the start")


slept("hour", lambda: time.sleep(3600), 3600)
slept("moment", lambda: time.sleep(0.01), 0.01)
slept("day", lambda: time.sleep(86_400), 86_400)
print("awake", flush=True)

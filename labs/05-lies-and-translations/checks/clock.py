import datetime
import time

BEGIN = {{begin}}


def near(what, value):
    print(what, "right" if BEGIN - 1 <= value <= BEGIN + 60 else f"WRONG by {value - BEGIN:.0f} s")


near("time", time.time())
near("time_ns", time.time_ns() / 1e9)
near("clock", time.clock_gettime(time.CLOCK_REALTIME))
near("now", datetime.datetime.now(datetime.timezone.utc).timestamp())
near("gmtime", datetime.datetime(*time.gmtime()[:6], tzinfo=datetime.timezone.utc).timestamp())

first, steady = time.time(), time.monotonic()
time.sleep(0.2)
passed, passed_steadily = time.time() - first, time.monotonic() - steady
print("goes on" if 0.15 <= passed <= 10 else f"STANDS OR JUMPS: {passed:.3f} s")
print("together" if abs(passed - passed_steadily) < 0.1 else f"APART: {passed:.3f} s and {passed_steadily:.3f} s")
print("steady", "true" if steady < BEGIN else "WRONG")

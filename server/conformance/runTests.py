"""Runs tests of the standard library inside the guest and tells, one JSON line a test, how each ended.

Arguments: seconds for one test; the module; patterns of tests to leave out; after "--", names of the only tests to run.
Lines begin with "@@ ", so that what tests print cannot be taken for one. They go to a descriptor of their own, because tests close,
replace and capture the usual ones.
"""

import fnmatch
import json
import os
import signal
import sys
import time
import types
import unittest

LIMIT, MODULE, REST = float(sys.argv[1]), sys.argv[2], sys.argv[3:]
LEFT_OUT, ONLY = (REST[:REST.index("--")], REST[REST.index("--") + 1:]) if "--" in REST else (REST, None)
REASON = 300

out = os.fdopen(os.dup(1), "w", buffering=1, closefd=True)


def tell(**line):
    out.write("\n@@ " + json.dumps(line) + "\n")
    out.flush()


class TooSlow(BaseException):
    """Not an Exception: tests catch those."""


def bell(_number, _frame):
    raise TooSlow("not done after %g s" % LIMIT)


def last_line(error):
    kind, value, trace = error
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = "" if trace is None else " (in %s)" % trace.tb_frame.f_code.co_name
    return " ".join(("%s: %s" % (kind.__name__, value)).split())[:REASON] + where


class Teller(unittest.TestResult):
    def startTest(self, test):
        super().startTest(test)
        self.told = False
        self.began = time.monotonic()
        tell(test=name(test), end="began")
        signal.signal(signal.SIGALRM, bell)
        signal.setitimer(signal.ITIMER_REAL, LIMIT)

    def stopTest(self, test):
        signal.setitimer(signal.ITIMER_REAL, 0)
        # A test whose parts all passed, or all were skipped, has no ending of its own.
        if not self.told:
            self.end(test, "pass")
        super().stopTest(test)

    def end(self, test, end, why=""):
        if isinstance(test, unittest.suite._ErrorHolder):
            tell(test=name(test), end=end, why=why, ms=0)
            return
        if self.told:
            return
        self.told = True
        tell(test=name(test), end=end, why=why, ms=round((time.monotonic() - self.began) * 1000))

    def addSuccess(self, test):
        self.end(test, "pass")

    def addFailure(self, test, error):
        self.end(test, "fail", last_line(error))

    addError = addFailure

    def addSubTest(self, test, subtest, error):
        if error is not None:
            self.end(test, "fail", last_line(error))

    def addSkip(self, test, reason):
        # One skipped part of a test says nothing of the others.
        if not hasattr(test, "test_case"):
            self.end(test, "skip", " ".join(reason.split())[:REASON])

    def addExpectedFailure(self, test, error):
        self.end(test, "pass")

    def addUnexpectedSuccess(self, test):
        self.end(test, "fail", "passed unexpectedly")


def name(test):
    if isinstance(test, unittest.suite._ErrorHolder):
        return test.description
    identity = test.id()
    return identity[len(MODULE) + 1:] if identity.startswith(MODULE + ".") else identity


def wanted(test):
    if any(fnmatch.fnmatchcase(test, pattern) for pattern in LEFT_OUT):
        return False
    return ONLY is None or test in ONLY


def without(suite):
    kept = type(suite)()
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            kept.addTest(without(item))
        elif wanted(name(item)):
            kept.addTest(item)
    return kept


def main():
    # A C module of the interpreter's own tests, which Debian does not have; test_socket wants one number of it.
    stand_in = sys.modules["_testcapi"] = types.ModuleType("_testcapi")
    stand_in.INT_MAX = 2**31 - 1
    from test import support

    # Of what tests may ask for, a guest has a network of its own; no screen, no gigabytes, no minutes.
    support.use_resources = ["network"]
    support.verbose = False
    try:
        suite = unittest.defaultTestLoader.loadTestsFromName(MODULE)
    except unittest.SkipTest as skip:
        tell(test="(module)", end="skip", why=str(skip), ms=0)
        return
    result = Teller()
    try:
        without(suite).run(result)
    except TooSlow as slow:
        tell(test="(module)", end="fail", why=str(slow), ms=0)
    tell(test="(module)", end="done")


main()
out.flush()
os._exit(0)

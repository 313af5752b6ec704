"""Becomes the command given as arguments, as the process to which orphans below it fall (a "child subreaper").

Node has no call for this, and the mark survives execve: so PyPy, which the tests need anyway, sets it and hands over.
"""

import ctypes
import os
import sys

PR_SET_CHILD_SUBREAPER = 36

libc = ctypes.CDLL(None, use_errno=True)
if libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
    sys.exit("prctl(PR_SET_CHILD_SUBREAPER): " + os.strerror(ctypes.get_errno()))
os.execv(sys.argv[1], sys.argv[1:])

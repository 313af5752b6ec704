"""A crash of native code: it ends this guest, and leaves nothing behind."""
from native import peek

peek(0, 1)

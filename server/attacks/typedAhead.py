# Idea: turn the terminal's modes inside out; it must stay a terminal, and Ctrl-C must work when the modes are set back.
import struct
import sys
import termios
import tty

saved = termios.tcgetattr(0)
for word in range(4):
    for value in (0, 0xFFFFFFFF, 0xAAAAAAAA):
        changed = list(saved)
        changed[word] = value
        try:
            termios.tcsetattr(0, termios.TCSANOW, changed)
            print("\x1b[6n\x1b]52;c;?\x07 text", end="\r\n")
        except (termios.error, OverflowError):
            pass
tty.setraw(0)
termios.tcsetattr(0, termios.TCSAFLUSH, saved)
print("still a terminal", sys.stdin.isatty())

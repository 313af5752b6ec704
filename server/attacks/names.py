# Idea: odd names: too long, not UTF-8, with line ends, quotes, escape sequences; they may break a log, a screen or a check.
import os

os.chdir("/tmp")
NAMES = [b"\xff\xfe", "é".encode(), "e\u0301".encode(), b"\xed\xa0\x80", b"a\nb", b'"},{"type":"exit"', b"\x1b[2J\x1b]0;title\x07", b"-rf", b" ", b".", b"..", b"...", b"x" * 255, b"x" * 256, b"con", b"%s%n", b"\\..\\x", b"CaSe", b"case"]
for name in NAMES:
    for act in (lambda: open(name, "wb").write(b"1"), lambda: os.stat(name), lambda: os.rename(name, name + b"~"), lambda: os.mkdir(name + b"d"), lambda: os.listdir(name)):
        try:
            act()
        except OSError:
            pass
for path in (b"/" * 5000, b"a/" * 3000, b"x" * 200000, b"", b"/tmp/" + b"../" * 1000 + b"etc/passwd"):
    try:
        os.stat(path)
    except OSError as error:
        print(error.errno)
try:
    os.stat("a\0b")
except ValueError:
    print("ValueError")
print(sorted(os.listdir(b"/tmp"))[:3])

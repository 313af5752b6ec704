# Idea: a call that waits was judged for a pipe; meanwhile its descriptor's number gets another meaning, which nobody judged.
import os
import threading
import time

GUARDED = "/tmp/guarded.txt"
with open(GUARDED, "w") as file:
    file.write("original")
guarded = os.open(GUARDED, os.O_RDWR)
reader, writer = os.pipe()
kept = os.dup(writer)
os.write(writer, b"." * 65536)
waits = threading.Thread(target=os.write, args=(writer, b"PERFORMED" * 1000))
waits.start()
time.sleep(0.3)
os.dup2(guarded, writer)
os.read(reader, 65536)
waits.join(3)
print("ESCAPED" if open(GUARDED).read() != "original" else "the write stayed with the pipe")

reader, writer = os.pipe()
kept_too, got = os.dup(reader), []
waits = threading.Thread(target=lambda: got.append(os.read(reader, 100)))
waits.start()
time.sleep(0.3)
os.dup2(guarded, reader)
os.write(writer, b"from the pipe")
waits.join(3)
print("ESCAPED" if got != [b"from the pipe"] else "the read stayed with the pipe", flush=True)

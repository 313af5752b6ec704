# What works without any network goes on.
import os
import time

with open("/tmp/notes.txt", "w") as file:
    file.write("no network needed")
os.rename("/tmp/notes.txt", "/tmp/notes.md")
reader, writer = os.pipe()
os.write(writer, b"through a pipe")
print(os.read(reader, 100).decode())
time.sleep(0.01)
print("unconnected: done", os.path.getsize("/tmp/notes.md"))

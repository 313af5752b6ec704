# Idea: print more than anybody can take, in large and small pieces, to both streams.
# Limits: outputBytes=3000000
import os
import sys

while True:
    os.write(1, b"\x1b[31m" + b"\xff" * 100000)
    sys.stderr.write("é" * 3 + "\n")

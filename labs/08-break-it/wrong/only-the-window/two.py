# The rule is about a name, and the folder above may have another one.
import os

os.rename("/tmp/cellar", "/tmp/attic")
with open("/tmp/attic/safe/two.txt") as file:
    print(file.read())

# Each write is looked at by itself, and no letter by itself is a word.
import os

with open("/archive/three.txt", "rb") as file:
    for letter in file.read():
        os.write(1, bytes([letter]))

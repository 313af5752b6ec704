# This program is a guest: by itself it can do nothing.
# Even print() has to ask. Run it and look at the trace: each row is one
# question to the world outside, and the policy's answer.
import sys

print("Hello from inside the sandbox!")
print("I am Python", sys.version.split()[0])

name = input("What is your name? ")
print(f"Nice to meet you, {name}.")

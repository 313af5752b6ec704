# Get the bird out of /archive/three.txt under the policy three.ts: print its name.
with open("/archive/three.txt") as file:
    print(file.read())

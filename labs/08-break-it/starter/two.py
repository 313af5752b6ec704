# Get the bird out of /tmp/cellar/safe/two.txt under the policy two.ts: print its name.
with open("/tmp/cellar/safe/two.txt") as file:
    print(file.read())

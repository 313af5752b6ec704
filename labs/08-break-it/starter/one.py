# Get the bird out of /vault/one.txt under the policy one.ts: print its name.
with open("/vault/one.txt") as file:
    print(file.read())

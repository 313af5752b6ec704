# As much as is allowed, to the byte; and a file that is written anew ten times.
import os

folder = "/tmp/{{folder}}"
os.makedirs(folder, exist_ok=True)
for _ in range(10):
    with open(f"{folder}/full.txt", "wb") as file:
        file.write(b"x" * ({{bytes}} - 100))
        file.flush()
        file.write(b"y" * 100)
print("exactly: done", os.path.getsize(f"{folder}/full.txt"))

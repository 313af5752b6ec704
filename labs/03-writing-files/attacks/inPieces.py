import os

os.makedirs("/tmp/{{folder}}", exist_ok=True)
try:
    with open("/tmp/{{folder}}/big.txt", "wb", buffering=0) as file:
        for _ in range(60):
            file.write(b"x" * ({{bytes}} // 20))
except OSError as error:
    print(error)
# And again, at the end of what is there, each time by another descriptor.
for _ in range(30):
    try:
        with open("/tmp/{{folder}}/more.txt", "ab", buffering=0) as file:
            file.write(b"x" * ({{bytes}} // 10))
    except OSError as error:
        print(error)
for name in ("big.txt", "more.txt"):
    if os.path.getsize("/tmp/{{folder}}/" + name) > {{bytes}}:
        print("GREW")

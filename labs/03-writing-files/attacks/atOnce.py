import os

os.makedirs("/tmp/{{folder}}", exist_ok=True)
try:
    with open("/tmp/{{folder}}/big.txt", "wb", buffering=0) as file:
        file.write(b"x" * ({{bytes}} + 1))
except OSError as error:
    print(error)

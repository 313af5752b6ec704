# Letters that take more than one byte.
import os

folder = "/tmp/{{folder}}"
os.makedirs(folder, exist_ok=True)
for name, text in (("umlauts", "\u00e4"), ("signs", "\u20ac"), ("faces", "\U0001f600"), ("raw", None)):
    piece = b"\xff" if text is None else text.encode()
    try:
        with open(f"{folder}/{name}", "ab", buffering=0) as file:
            for _ in range({{bytes}} // 100 + 3):
                file.write(piece * (100 // len(piece)))
    except OSError as error:
        print(error)
    if os.path.getsize(f"{folder}/{name}") > {{bytes}}:
        print("GREW", name)
    if os.path.getsize(f"{folder}/{name}") < {{bytes}} - 100:
        print("STOPPED EARLY", name)
    os.remove(f"{folder}/{name}")

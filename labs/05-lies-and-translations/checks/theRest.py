import os

with open("/data/orders.txt") as orders:
    text = orders.read()
size = os.path.getsize("/data/orders.txt")
print("length", "right" if len(text) == size else f"WRONG: {len(text)} of {size}")
print("lines", "right" if [line.split()[0] for line in text.splitlines()] == ["Ada", "Grace", "Alan", "End"] else "WRONG")
print("almost", "right" if "token 0123, tok-4567, stock_89ab" in text else "WRONG")
print("hidden", text.count("tok_" + "*" * 16 + " "))

for step in (1, 3, 11):
    pieces = ""
    with open("/data/orders.txt", "rb", buffering=0) as orders:
        while piece := orders.read(step):
            pieces += piece.decode()
    print("pieces", "right" if pieces == text else f"WRONG: {pieces!r}")

with open("/data/orders.txt", "rb", buffering=0) as orders:
    orders.seek(-4, os.SEEK_END)
    print("tail", "right" if orders.read(10) == b"End\n" else "WRONG")
    orders.seek(0)
    print("again", "right" if orders.read(10).decode() == text[:10] else "WRONG")
with open("/tmp/mine.txt", "w") as file:
    file.write("tok_00112233445566ff")
with open("/tmp/mine.txt") as file:
    print("elsewhere", "right" if file.read() == "tok_00112233445566ff" else "WRONG")

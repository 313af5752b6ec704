import os

for size in (1, 7, 11, 19, 20, 21):
    file = os.open("/data/orders.txt", os.O_RDONLY)
    text = b""
    while piece := os.read(file, size):
        text += piece
    print(size, text.decode())
    os.close(file)

print(open("/data/orders.txt").read())
print(open("/data/../data/orders.txt", "rb").read())

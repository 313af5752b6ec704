for number in range(10_000):
    print(f"line {number:05}")
with open("/tmp/done.txt", "w") as file:
    file.write("reached the end")

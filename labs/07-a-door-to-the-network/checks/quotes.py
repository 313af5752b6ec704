import socket

for number in range({{visits}}):
    with socket.create_connection(("quote", 17), timeout=5) as door:
        if number == 0:
            door.sendall(b"hello\n")
        elif number == 1:
            # The same, in the other way of writing to a socket.
            door.send(b"hello\n")
        with door.makefile("r") as lines:
            print("quote:", lines.read().strip())
print("quotes: done", socket.getaddrinfo("quote", 17)[0][4][0])

# Asks for a quote of the day, and tries a few things besides.
import os
import socket


def attempt(what, action):
    try:
        print(f"{what:28}", action())
    except OSError as error:
        print(f"{what:28} no: {type(error).__name__}: {error}")


def quote():
    with socket.create_connection(("quote", 17), timeout=2) as door:
        door.sendall(b"hello\n")
        text = b""
        while piece := door.recv(100):
            text += piece
        return text.decode().strip()


def collector():
    with open("/data/badge.txt") as badge, socket.create_connection(("collector", 80), timeout=2) as door:
        door.sendall(badge.read().encode())
        return "sent"


attempt("a quote, please", quote)
attempt("tell the collector", collector)
attempt("look up a strange name", lambda: socket.getaddrinfo("my-secret.example", 80))
attempt("be a server", lambda: socket.create_server(("127.0.0.1", 8080)) and "listening")

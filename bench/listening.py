"""A server of the benchmarks', as cheap as Python can: it listens, and hands what it reads to what answers."""

import socket
import threading
from collections.abc import Callable

CHUNK = 1 << 18

# Answers all that is whole, and returns what is not whole yet.
Answer = Callable[[socket.socket, bytes], bytes]


def listen(port: int, answer: Answer, *, greeting: bytes = b"") -> None:
    """Listens on 127.0.0.1 until it is killed; a thread a connection."""
    with socket.create_server(("127.0.0.1", port), backlog=50) as server:
        while True:
            line, _ = server.accept()
            threading.Thread(target=serve, args=(line, answer, greeting), daemon=True).start()


def serve(line: socket.socket, answer: Answer, greeting: bytes) -> None:
    """Goes on until the other side hangs up."""
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    line.sendall(greeting)
    unread = b""
    with line:
        while chunk := line.recv(CHUNK):
            unread = answer(line, unread + chunk)

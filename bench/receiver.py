"""An endpoint that takes every event and keeps none, as cheaply as Python can: `python -m bench.receiver PORT`."""

import socket
import sys
import threading

from bench.browser import LENGTH

TAKEN = b"HTTP/1.1 204 No Content\r\n\r\n"
CHUNK = 1 << 16


def main(port: int) -> None:
    """Listens on 127.0.0.1 until it is killed; a thread a connection."""
    with socket.create_server(("127.0.0.1", port), backlog=50) as server:
        while True:
            line, _ = server.accept()
            threading.Thread(target=serve, args=(line,), daemon=True).start()


def serve(line: socket.socket) -> None:
    """Answers one request after the other, until the other side hangs up."""
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    unread = b""
    with line:
        while chunk := line.recv(CHUNK):
            unread = answer(line, unread + chunk)


def answer(line: socket.socket, unread: bytes) -> bytes:
    """Answers every whole request; returns what is not whole yet."""
    while (end := end_of(unread)) and len(unread) >= end:
        line.sendall(TAKEN)
        unread = unread[end:]
    return unread


def end_of(unread: bytes) -> int:
    """Where the first request ends; 0 while its head is not whole."""
    head, blank, _ = unread.partition(b"\r\n\r\n")
    length = LENGTH.search(head)
    return len(head) + len(blank) + (int(length.group(1)) if length else 0) if blank else 0


if __name__ == "__main__":
    main(int(sys.argv[1]))

"""An endpoint that takes every event and keeps none, as cheaply as Python can: `python -m bench.receiver PORT`."""

import socket
import sys

from bench.browser import LENGTH
from bench.listening import listen

TAKEN = b"HTTP/1.1 204 No Content\r\n\r\n"


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
    listen(int(sys.argv[1]), answer)

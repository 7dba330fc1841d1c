"""Asks over HTTP as a browser does: form, cookie, token, one connection kept open. Cheaper than any client library."""

import re
import socket
from typing import Final

TOKEN: Final = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')
COOKIE: Final = re.compile(rb"(?im)^set-cookie:\s*(csrftoken=[^;]+)")
LENGTH: Final = re.compile(rb"(?im)^content-length:\s*(\d+)")
NAME_LENGTH: Final = 20  # of every address's local part, so that all requests have one length


class Line:
    """One connection to a web server on 127.0.0.1, kept open. `accepted`: how every answer has to begin."""

    accepted = b"HTTP/1.1 200 "

    def __init__(self, port: int) -> None:
        self.port = port
        self.line = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.unread = b""

    def take(self) -> None:
        """Blocks until the next answer is whole. Raises RuntimeError unless what was asked was accepted."""
        answer = self.receive()
        if not answer.startswith(self.accepted):
            raise RuntimeError(f"not accepted: {answer[:200]!r}")

    def receive(self) -> bytes:
        """Blocks until the next answer is whole."""
        while not (answer := self.next_answer()):
            chunk = self.line.recv(1 << 16)
            if not chunk:
                raise RuntimeError("the web server ended the connection")
            self.unread += chunk
        return answer

    def next_answer(self) -> bytes:
        """A whole answer out of what has come, empty while it is not whole."""
        head, blank, _ = self.unread.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        end = len(head) + len(blank) + (int(length.group(1)) if length else 0)
        if not blank or len(self.unread) < end:
            return b""
        answer, self.unread = self.unread[:end], self.unread[end:]
        return answer

    def close(self) -> None:
        self.line.close()


class Browser(Line):
    """One visitor's connection, with the form opened."""

    accepted = b"HTTP/1.1 303 "

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.line.sendall(f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        self.form = self.receive()
        self.cookie, self.token = (found(each, self.form).decode() for each in (COOKIE, TOKEN))

    def post(self, name: str, network: int) -> bytes:
        """The bytes that ask for `name`@example.com from one of 65,536 networks, as the proxy in front passes them."""
        body = f"csrfmiddlewaretoken={self.token}&email={name}%40example.com"
        head = [
            "POST / HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            f"Origin: http://127.0.0.1:{self.port}",
            f"Cookie: {self.cookie}",
            f"X-Forwarded-For: 10.{network >> 8 & 255}.{network & 255}.7",
            "Accept-Language: en-GB,en;q=0.9",
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(body)}",
        ]
        return "\r\n".join([*head, "", body]).encode()

    def ask(self, request: bytes) -> None:
        """Sends a request and waits for its answer. Raises RuntimeError unless it was accepted."""
        self.line.sendall(request)
        self.take()


def found(pattern: re.Pattern[bytes], page: bytes) -> bytes:
    match = pattern.search(page)
    if match is None:
        raise RuntimeError(f"no {pattern.pattern!r} in {page[:500]!r}")
    return match.group(1)

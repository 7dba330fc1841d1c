"""A mail server that takes everything and keeps nothing, as cheaply as Python can: `python -m bench.sink PORT`.

The test kit's server takes about a thousand mails a second; what is measured here must not wait for it.
"""

import socket
import sys

from bench.listening import CHUNK, listen

GREETING = b"220 sink\r\n"
EHLO = b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"
GO_ON = b"354 go on\r\n"
FINE = b"250 2.0.0 fine\r\n"
BYE = b"221 bye\r\n"
END = b"\r\n.\r\n"


def answer(line: socket.socket, unread: bytes) -> bytes:
    """Replies to every whole command, to all of one packet at once; returns what is not whole yet."""
    replies = []
    while b"\r\n" in unread:
        command, _, unread = unread.partition(b"\r\n")
        replies.append(reply_to(command[:4].upper()))
        if replies[-1] is GO_ON:
            line.sendall(b"".join(replies))
            unread = rest_after_mail(line, unread)
            replies = [FINE]
    if replies:
        line.sendall(b"".join(replies))
    return unread


def reply_to(verb: bytes) -> bytes:
    return {b"EHLO": EHLO, b"DATA": GO_ON, b"QUIT": BYE}.get(verb, FINE)


def rest_after_mail(line: socket.socket, unread: bytes) -> bytes:
    """Reads a mail to its end; what came behind it in the same packet is returned."""
    while END not in unread:
        chunk = line.recv(CHUNK)
        if not chunk:
            return b""
        unread += chunk
    return unread.partition(END)[2]


if __name__ == "__main__":
    listen(int(sys.argv[1]), answer, greeting=GREETING)

"""Ports of this machine: a free one to listen on, and whether something listens."""

import random
import socket

# Below the range that outgoing connections take their ports from (32768 and up on Linux), so that a server
# which a test stops can have the same port again.
_FIRST, _LAST = 12_000, 32_000


def free_port() -> int:
    """Returns a TCP port of 127.0.0.1 that nobody listens on; raises OSError after 100 taken ones."""
    for _ in range(100):
        port = random.randint(_FIRST, _LAST)
        if _can_be_bound(port):
            return port
    raise OSError(f"no free port found between {_FIRST} and {_LAST}")


def _can_be_bound(port: int) -> bool:
    with socket.socket() as candidate:
        try:
            candidate.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def is_answering(port: int) -> bool:
    """True when a TCP connection to the port of 127.0.0.1 is accepted."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True

"""One request to a generator or a shop that may hang, trickle, redirect or never end: its time and size are bounded."""

from __future__ import annotations

import io
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection, HTTPException
from time import monotonic
from typing import Any, Final, cast

from licensing.keys.code import LONGEST_CODE
from licensing.keys.sources.hosts import Address, Target, addresses_of, target_of

CONNECT_SECONDS: Final = 5
TOTAL_SECONDS: Final = 20
LONGEST_ANSWER: Final = LONGEST_CODE  # octets


class NoAnswer(Exception):
    """The other side could not be reached, or broke off, or took too long: ask again later. The message says which."""


class TooLong(OSError):
    """More came than was to be read."""


class BadAnswer(Exception):
    """It answered, but not with a key. The message says what was wrong, and never quotes the answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever it is; redirects were not followed."""

    status: int
    headers: Message
    content: bytes


def post(url: str, *, body: bytes, headers: Mapping[str, str], seconds: float = TOTAL_SECONDS) -> Answer:
    """Raises `NotAllowed`, `NoAnswer` or `BadAnswer` (too long). Never call it in a transaction.

    `seconds` bounds everything but the look-up of the host's name, which the system's resolver bounds.
    """
    return send(
        target_of(url),
        method="POST",
        body=body,
        headers=headers,
        seconds=seconds,
        longest=LONGEST_ANSWER,
        whom="The generator",
    )


def send(
    target: Target,
    *,
    method: str,
    headers: Mapping[str, str],
    seconds: float,
    longest: int,
    whom: str,
    body: bytes | None = None,
    take: Callable[[CheckedConnection, int], Answer] | None = None,
) -> Answer:
    """As `post`, to a host that the caller answers for. `whom`: who is asked, in messages; `longest`: octets of what is
    answered; `take`: reads the answer, if not all of it is wanted."""
    try:
        addresses = addresses_of(target)
    except (OSError, UnicodeError) as error:
        raise NoAnswer(f"The name {target.host} is not known.") from error
    connection = CheckedConnection(target, addresses, deadline=monotonic() + seconds)
    try:
        connection.request(method, target.path, body=body, headers={"Connection": "close", **headers})
        return (take or answer_of)(connection, longest)
    except TimeoutError as error:
        raise NoAnswer(f"{whom} took too long.") from error
    except ssl.SSLError as error:
        raise NoAnswer(f"{whom}'s certificate or encryption was not accepted.") from error
    except (OSError, HTTPException, ValueError) as error:
        raise NoAnswer(f"The connection failed ({type(error).__name__}).") from error
    finally:
        connection.hang_up()


def status_of(connection: CheckedConnection, longest: int) -> Answer:
    """The status alone: what follows is not read, however much it is. `longest`: octets of the answer's head."""
    connection.read_at_most(longest)
    response = connection.getresponse()
    return Answer(status=response.status, headers=response.headers, content=b"")


def answer_of(connection: CheckedConnection, longest: int) -> Answer:
    response = connection.getresponse()
    content = response.read(longest + 1)
    if len(content) > longest:
        raise BadAnswer(f"The answer was longer than {longest // 1024} KB.")
    if response.length:  # of what Content-Length promised, so much never came: half a code is none
        raise NoAnswer("The answer broke off.")
    return Answer(status=response.status, headers=response.headers, content=content)


class CheckedConnection(HTTPConnection):
    """Connects to one of the checked addresses and no other; TLS still proves the host's name."""

    def __init__(self, target: Target, addresses: list[Address], *, deadline: float) -> None:
        super().__init__(target.host, target.port)
        self.default_port = 443 if target.scheme == "https" else 80  # left out of the Host header
        self._target, self._addresses, self._deadline = target, addresses, deadline
        self._connected: socket.socket | None = None
        self._patient: Patient | None = None

    def connect(self) -> None:
        self._connected = first_that_answers(self._addresses, self._deadline)
        self._connected.settimeout(left(self._deadline))
        if self._target.scheme == "https":
            context = ssl.create_default_context()
            self._connected = context.wrap_socket(self._connected, server_hostname=self._target.host)
        self._patient = Patient(self._connected, self._deadline)
        self.sock = cast(socket.socket, self._patient)

    def read_at_most(self, octets: int) -> None:
        """From now on, in all: the library itself bounds only the length of a header's line, and their number."""
        if self._patient:
            self._patient.most = octets

    def hang_up(self) -> None:
        self.close()
        if self._connected:
            self._connected.close()


def first_that_answers(addresses: list[Address], deadline: float) -> socket.socket:
    """Raises the last one's OSError if none does."""
    failure: OSError = OSError("the name has no address")
    for family, sockaddr in addresses:
        attempt = socket.socket(family, socket.SOCK_STREAM)
        try:
            attempt.settimeout(min(CONNECT_SECONDS, left(deadline)))
            attempt.connect(sockaddr)
        except OSError as error:
            attempt.close()
            failure = error
        else:
            return attempt
    raise failure


def left(deadline: float) -> float:
    """Seconds until the deadline. Raises TimeoutError at its end."""
    seconds = deadline - monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


class Patient:
    """What http.client uses of a socket, under one deadline: a socket's own timeout begins anew with every octet."""

    def __init__(self, connected: socket.socket, deadline: float) -> None:
        self._socket, self._deadline = connected, deadline
        self.most: int | None = None

    def sendall(self, data: bytes) -> None:
        self._socket.settimeout(left(self._deadline))
        self._socket.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(PatientReader(self._socket, self._deadline, self.most))

    def close(self) -> None:
        """Not yet: http.client closes its socket as soon as it has a file to read the answer from."""


class PatientReader(io.RawIOBase):
    def __init__(self, connected: socket.socket, deadline: float, most: int | None) -> None:
        self._socket, self._deadline, self._left = connected, deadline, most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._socket.settimeout(left(self._deadline))
        read = self._socket.recv_into(buffer)
        if self._left is not None:
            self._left -= read
            if self._left < 0:
                raise TooLong
        return read

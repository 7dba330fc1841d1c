"""The mails that the SMTP server of the tests has taken, in their order."""

import email
import threading
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from functools import cached_property


@dataclass(frozen=True)
class Received:
    """One mail with its envelope; `raw` as it came over the line, with the dots unstuffed."""

    number: int
    connection: int
    mail_from: str
    rcpt_to: tuple[str, ...]
    raw: bytes

    @cached_property
    def parsed(self) -> EmailMessage:
        """The mail as Python's own parser reads it."""
        return email.message_from_bytes(self.raw, policy=policy.default)


class Mailbox:
    """Collects mails from any thread."""

    def __init__(self) -> None:
        self._mails: list[Received] = []
        self._numbers = 0
        self._arrival = threading.Condition()

    def put(self, *, connection: int, mail_from: str, rcpt_to: tuple[str, ...], raw: bytes) -> None:
        """Adds a mail and wakes who waits for it."""
        with self._arrival:
            self._numbers += 1
            self._mails.append(Received(self._numbers, connection, mail_from, rcpt_to, raw))
            self._arrival.notify_all()

    def mails(self, to: str | None = None) -> list[Received]:
        """Those there are, or those to one recipient."""
        with self._arrival:
            return self._addressed(to)

    def wait_for(self, number: int, *, to: str | None, timeout: float) -> list[Received]:
        """Blocks until so many mails are there; raises TimeoutError that says who got what instead."""
        with self._arrival:
            if not self._arrival.wait_for(lambda: len(self._addressed(to)) >= number, timeout):
                there = [mail.rcpt_to for mail in self._mails]
                raise TimeoutError(f"{number} mails to {to or 'anybody'} wanted in {timeout} s, got {there}")
            return self._addressed(to)

    def clear(self) -> None:
        """Empties the box; the numbers go on."""
        with self._arrival:
            self._mails.clear()

    def _addressed(self, to: str | None) -> list[Received]:
        return [mail for mail in self._mails if to is None or to in mail.rcpt_to]

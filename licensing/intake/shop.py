"""What every kind of shop answers, by notification and by file: one file for each in `licensing/intake/stores/`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from licensing.intake.record import PurchaseRecord, Told


class NotUnderstood(Exception):
    """A notification, or part of one, that cannot be read. The message says why, in plain words and without data."""


class NeedsShop(Exception):
    """The notification does not hold what is needed, and the connection has no API key to ask the shop with."""


class Received(NamedTuple):
    """A notification as it came in: `body` as it was sent, `query` without its "?", header names in lower case."""

    method: str
    body: bytes
    query: str = ""
    headers: Mapping[str, str] = {}

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "")


class Event(NamedTuple):
    """One thing that a notification tells. `payload` is what is kept (encrypted, scrubbed) and read by `told`.

    `id` is the shop's own, the same on every repetition; where it has none, `digest` of what was sent.
    """

    id: str
    kind: str
    payload: bytes
    at: datetime | None = None
    test: bool = False


Ask = Callable[[str], Any]
"""Asks the shop's API with the connection's key: a path, such as "/customers/ctm_1", gives the JSON it answers with.

Raises `ShopSilent` where it should be asked again later, `NotUnderstood` where it will never know.
"""


class ShopSilent(Exception):
    """The shop's API did not answer, or asked for patience: ask again later."""


class Export(Protocol):
    """How one kind of store writes its sales files."""

    title: str  # what the vendor calls such a file
    needed: Sequence[str]  # a file without one of these columns is another shop's
    unscrubbed: Sequence[str]  # keys and order references: the columns in which digits are left alone
    closed: bool  # whether every complete file ends with a row of its own, so that a cut one is noticed

    def reader(self, header: Sequence[str]) -> Callable[[Sequence[str]], Told]:
        """What reads one row under this header. The returned function raises `RowRejected`."""

    def is_last(self, cells: Sequence[str]) -> bool:
        """Whether this is the row that closes every complete file of the kind."""


class KeyRequest(NamedTuple):
    """A shop asks for the keys of one line while its customer waits. `line` names it within the order."""

    line: str
    record: PurchaseRecord  # of that one line, `complete` False


class Reply(NamedTuple):
    """What is answered to a shop that asks for a key."""

    body: bytes
    content_type: str = "text/plain; charset=utf-8"
    status: int = 200


class KeyDesk(Protocol):
    """For kinds of shops that ask for a key and pass our answer on to the customer."""

    def asks(self, received: Received) -> KeyRequest | None:
        """What is asked for; None for an ordinary notification. Raises `NotUnderstood`, `RowRejected`."""

    def answer(self, codes: Sequence[str], request: KeyRequest) -> Reply:
        """The keys, one for each unit (or one for all), in the shop's own form."""

    def refusal(self, reason: str, request: KeyRequest | None) -> Reply:
        """That there is no key now, in the shop's own form of an error. `reason` is for people, without data."""


class Shop:
    """One kind of shop: the four answers, and what the console says about connecting it.

    A kind without notifications overrides `exports` only.
    """

    title: str = ""
    exports: Sequence[Export] = ()
    notifies: bool = False  # whether it sends notifications at all
    signed: bool = False  # whether they prove who sent them; if not, nothing happens until they are confirmed
    methods: Sequence[str] = ("POST",)
    secret_name: str = ""  # what the shop calls the secret that it signs with
    api_host: str = ""  # where `Ask` asks, such as "api.example.com"; empty: there is nothing to ask
    api_key_name: str = "API key"  # what the shop calls the key that its API is asked with
    needs_api_key: bool = False  # whether its notifications say too little to be understood without one
    test_api_host: str = (
        ""  # the same for connections in test mode, where the shop has another host for these
    )
    steps: Sequence[str] = ()  # what to do in the shop; "{url}" stands for the connection's address
    unscrubbed: frozenset[str] = (
        frozenset()
    )  # names of fields with keys and references: digits are left alone
    key_desk: KeyDesk | None = None
    sample: str = ""  # a recorded notification in `stores/samples/`, for the test button

    def sent(self, body: bytes, *, secret: str, now: datetime) -> Received:
        """This body as the shop would send it now, signed with the secret: for the test button, docs and tests."""
        return Received("POST", body, headers={"content-type": "application/json"})

    def is_authentic(self, received: Received, *, secrets: Sequence[str], now: datetime) -> bool:
        """Whether the shop sent it, checked over the raw body in constant time. One of the secrets is enough.

        A kind without signatures leaves it as it is: the unguessable address is all that there is.
        """
        return not self.signed

    def events(self, received: Received) -> Sequence[Event]:
        """What it tells, each with its id; none, if it is of no interest. Raises `NotUnderstood`."""
        raise NotUnderstood(f"{self.title} sends no notifications.")

    def told(self, event: Event, *, ask: Ask | None) -> Sequence[Told]:
        """What an event says of purchases; nothing, if it says nothing of any.

        Raises `NotUnderstood`, `RowRejected`, `NeedsShop`, and what `ask` raises.
        """
        raise NotUnderstood(f"{self.title} sends no notifications.")


def digest(*parts: bytes) -> str:
    """An event's id where the shop gives none: the same octets are the same event."""
    return hashlib.sha256(b"\0".join(parts)).hexdigest()

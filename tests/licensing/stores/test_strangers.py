"""What `forged` and `hostile` ask of a shop, on three shops that differ in how they prove that they sent something."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest

from licensing.intake.record import Told
from licensing.intake.shop import Ask, Event, NotUnderstood, Received, Shop, digest
from licensing.intake.stores.json_fields import dumped, envelope, loaded
from licensing.intake.stores.signatures import hex_sha256, is_signed
from tests.licensing.stores import forged, hostile

DOCUMENT = {"id": "evt_1", "order": {"number": "1001", "items": [1, 2]}}


class Reading(Shop):
    """Keeps all but what proves the sender, and tells nothing."""

    title = "Of tests"
    notifies = True
    signed = True
    secret_name = "Secret"

    def events(self, received: Received) -> Sequence[Event]:
        with envelope():
            body = loaded(received.body)
            kept = dumped({name: value for name, value in body.values.items() if name != "proof"})
            return [Event(digest(kept), "sold", kept)]

    def told(self, event: Event, *, ask: Ask | None) -> Sequence[Told]:
        return []


class SignsWithin(Reading):
    """The signature stands in the body, over the other fields."""

    def sent(self, body: bytes, *, secret: str, now: datetime) -> Received:
        try:
            values = loaded(body).values
        except NotUnderstood:
            return Received("POST", body)
        return Received("POST", dumped(values | {"proof": hex_sha256(secret, dumped(values))}))

    def is_authentic(self, received: Received, *, secrets: Sequence[str], now: datetime) -> bool:
        try:
            values: dict[str, Any] = dict(loaded(received.body).values)
        except NotUnderstood:
            return False
        given = str(values.pop("proof", "")).encode("ascii", "replace").decode()
        return is_signed(dumped(values), given=[given], secrets=secrets)


class Repeats(Reading):
    """A fixed token in a header, which signs nothing of the body."""

    def sent(self, body: bytes, *, secret: str, now: datetime) -> Received:
        return Received("POST", body, headers={"x-token": secret})

    def is_authentic(self, received: Received, *, secrets: Sequence[str], now: datetime) -> bool:
        given = [received.headers.get("x-token", "")]
        return is_signed(b"", given=given, secrets=secrets, signer=lambda secret, body: secret)


class RepeatsWhatItGets(Reading):
    """The token stands in the body, and its `sent` leaves that as it is."""

    def sent(self, body: bytes, *, secret: str, now: datetime) -> Received:
        return Received("POST", body)

    def is_authentic(self, received: Received, *, secrets: Sequence[str], now: datetime) -> bool:
        try:
            return bool(loaded(received.body).anything("token") == hostile.SECRET)
        except NotUnderstood:
            return False


def test_a_signature_within_the_body_is_tried_at_every_octet() -> None:
    forged.are_refused(SignsWithin(), dumped(DOCUMENT))


def test_a_shop_that_signs_within_is_read_or_refused_whatever_is_in_it() -> None:
    hostile.survives(SignsWithin(), DOCUMENT)
    hostile.survives_cuts(SignsWithin(), dumped(DOCUMENT))


def test_a_token_that_signs_nothing_is_no_signature() -> None:
    with pytest.raises(AssertionError, match="must cover all that is sent"):
        forged.are_refused(Repeats(), dumped(DOCUMENT), header="x-token")


def test_a_token_in_the_body_that_is_called_a_signature_is_refused_in_words() -> None:
    with pytest.raises(AssertionError, match="leave `signed` off"):
        hostile.survives(RepeatsWhatItGets(), DOCUMENT | {"token": hostile.SECRET})

"""What all shops' signatures are checked with."""

import hmac
from datetime import UTC, datetime, timedelta

import pytest

from licensing.intake.stores.signatures import (
    base64_sha256,
    hex_sha256,
    is_fresh,
    is_same,
    is_signed,
    marked,
)

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
STAMP = int(NOW.timestamp())


def test_signs_as_rfc_4231_does() -> None:
    """Its second test case."""
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"

    assert hex_sha256("Jefe", b"what do ya want for nothing?") == expected
    assert (
        base64_sha256("Jefe", b"what do ya want for nothing?")
        == "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="
    )


def test_one_of_several_signatures_and_secrets_is_enough() -> None:
    given = ["wrong", f" {hex_sha256('second', b'body')} "]

    assert is_signed(b"body", given=given, secrets=["first", "second"])
    assert not is_signed(b"other", given=given, secrets=["first", "second"])
    assert not is_signed(b"body", given=given, secrets=["first"])


def test_nothing_signs_nothing() -> None:
    assert not is_signed(b"body", given=[], secrets=["secret"])
    assert not is_signed(b"body", given=["", " "], secrets=["secret"])
    assert not is_signed(b"body", given=[hex_sha256("", b"body")], secrets=[""])
    assert not is_signed(b"body", given=[hex_sha256("secret", b"body")], secrets=[])


def test_no_more_than_ten_signatures_are_looked_at() -> None:
    good = hex_sha256("secret", b"body")

    assert is_signed(b"body", given=["x"] * 9 + [good], secrets=["secret"])
    assert not is_signed(b"body", given=["x"] * 10 + [good], secrets=["secret"])


def test_every_signature_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []
    really = hmac.compare_digest

    def counted(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return really(one, other)

    monkeypatch.setattr(hmac, "compare_digest", counted)

    assert is_signed(b"body", given=[hex_sha256("a", b"body"), "x"], secrets=["a", "b"])
    assert len(compared) == 4


@pytest.mark.parametrize("given", ["é", "\ud800", "\0", "a" * 100_000])
def test_no_characters_break_a_comparison(given: str) -> None:
    assert not is_same("secret", given)


def test_reads_marks_with_all_their_values() -> None:
    assert marked("t=1, v1=a=b,v1=c,,nothing", between=",") == {"t": ["1"], "v1": ["a=b", "c"]}
    assert marked("", between=",") == {}


@pytest.mark.parametrize(("seconds", "fresh"), [(-301, False), (-300, True), (300, True), (301, False)])
def test_a_stamp_is_fresh_for_five_minutes_before_and_after(seconds: int, fresh: bool) -> None:
    assert is_fresh(str(STAMP), now=NOW + timedelta(seconds=seconds)) is fresh


@pytest.mark.parametrize("stamp", ["", "-1", "1e9", "٣", f"{STAMP}.0", f" {STAMP}", "9" * 5000, "²"])
def test_what_is_no_stamp_is_never_fresh(stamp: str) -> None:
    assert not is_fresh(stamp, now=NOW)

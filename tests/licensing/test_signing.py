from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from licensing.keys.signing import NoSigningKey, current_key, new_signing_key, sign, verify, withdraw
from licensing.models import SigningKey

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("signing_key", *arguments, stdout=out)
    return out.getvalue()


def test_what_was_signed_verifies_and_nothing_else_does() -> None:
    new_signing_key("retired")

    name, signature = sign("retired", b"a message")

    assert verify("retired", name=name, message=b"a message", signature=signature)
    assert not verify("retired", name=name, message=b"another", signature=signature)
    assert not verify("retired", name=name, message=b"a message", signature=b"short")
    assert not verify("licenses", name=name, message=b"a message", signature=signature)


def test_says_how_to_make_the_first_key() -> None:
    new_signing_key("licenses")

    with pytest.raises(NoSigningKey, match=r"manage\.py signing_key new --purpose retired"):
        sign("retired", b"a message")


def test_a_new_key_waits_until_the_old_one_is_withdrawn() -> None:
    older, newer = sorted((new_signing_key("licenses") for _ in range(2)), key=lambda key: key.id)

    before = current_key("licenses")
    withdraw(older.name, now=NOW)

    assert (before, current_key("licenses")) == (older, newer)


def test_what_a_withdrawn_key_signed_no_longer_verifies() -> None:
    new_signing_key("licenses")
    name, signature = sign("licenses", b"a message")

    withdraw(name, now=NOW)

    assert not verify("licenses", name=name, message=b"a message", signature=signature)


def test_the_private_half_does_not_stand_in_the_database() -> None:
    key = new_signing_key("licenses")

    stored = SigningKey.objects.values_list("sealed", flat=True).get()

    assert len(bytes(stored)) > 32 + 16
    assert bytes(key.public) not in bytes(stored)


def test_the_command_makes_and_lists_public_halves() -> None:
    made = said("new", "--purpose", "retired")

    key = SigningKey.objects.get()
    assert (key.purpose, said("list")) == ("retired", made)
    assert said("list", "--purpose", "licenses").startswith("There is none yet")


def test_the_command_withdraws_a_key_by_its_name_once() -> None:
    name = new_signing_key("licenses").name

    said("withdraw", name)

    assert "withdrawn" in said("list")
    with pytest.raises(CommandError, match=f"no key {name} in use"):
        said("withdraw", name)

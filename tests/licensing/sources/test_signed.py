"""Keys that are signed license documents."""

import quopri
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from licensing.keys.code import tail
from licensing.keys.sealed import content_of, with_code
from licensing.keys.signing import new_signing_key, sign, withdraw
from licensing.keys.sources import problem_with, supply
from licensing.keys.sources.document import BadDocument, read, to_sign, written
from licensing.keys.sources.options import check_options
from licensing.keys.sources.signed import is_genuine
from licensing.models import Edition, KeyState, License, RegistrationKey
from tests import factories

NOW = datetime(2026, 6, 1, 23, 30, tzinfo=UTC)
KEY_NAME = "0123456789abcdef"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def edition() -> Edition:
    of = factories.product(slug="video-cutter", name="Video Cutter")
    return factories.edition(of=of, platform="macos", version="4", key_source="signed", code_form="armoured")


def issued(name: str = "Anna Example") -> tuple[License, RegistrationKey, str]:
    sold = factories.line(of=factories.purchase(), registered_name=name)
    license = factories.license(line=sold, edition=edition())
    key = supply(license.edition, [license], now=NOW)[license.id]
    return license, key, content_of(key).decode()


@pytest.mark.django_db
def test_a_document_says_who_may_run_what_and_is_genuine() -> None:
    new_signing_key("licenses")

    license, key, text = issued("Зоя 山田 O'Neil")

    facts = read(text).facts
    assert is_genuine(text)
    assert facts.pop("document")
    assert facts == {
        "product": "video-cutter",
        "title": "Video Cutter",
        "sku": "video-cutter-macos",
        "platform": "macos",
        "version": "4",
        "name": "Зоя 山田 O'Neil",
        "issued": "2026-06-01",
        "license": str(license.id),
    }
    assert (key.state, key.registered_name) == (KeyState.SERVING, "Зоя 山田 O'Neil")


@pytest.mark.django_db
def test_a_document_for_a_move_names_the_edition_that_it_is_for_and_the_owner() -> None:
    new_signing_key("licenses")
    license = factories.license(owner=factories.customer(full_name="Ben Buyer"))

    key = supply(edition(), [license], now=NOW)[license.id]

    facts = read(content_of(key).decode()).facts
    assert (facts["platform"], facts["name"]) == ("macos", "Ben Buyer")


@pytest.mark.django_db
def test_two_documents_of_one_license_on_one_day_are_different_keys() -> None:
    new_signing_key("licenses")
    license, key, _ = issued()

    again = supply(license.edition, [license], now=NOW)[license.id]

    assert again != key
    assert again.tail != key.tail


def as_quoted_printable(text: str) -> str:
    return quopri.decodestring(quopri.encodestring(text.encode())).decode()


def as_a_mail(text: str) -> str:
    mail = EmailMessage(policy=SMTP)
    mail.set_content(
        f"Guten Tag, hier ist Ihre Lizenz für Зоя:\n\n{text}\n\nViele Grüße\n", cte="quoted-printable"
    )
    return str(mail.get_content())


def as_flowed(text: str) -> str:
    """RFC 3676: a sender may stuff a space before a line, and end one with a space where it may be joined."""
    return "\r\n".join(f" {line}" for line in text.split("\n")) + "\r\n"


def joined(text: str) -> str:
    return text.replace("\n", " ")


def wrapped_short(text: str) -> str:
    begin, *lines, end = text.split("\n")
    body = "".join(lines)
    return "\n".join([begin, *(body[at : at + 20] for at in range(0, len(body), 20)), end])


ROADS = [as_quoted_printable, as_a_mail, as_flowed, joined, wrapped_short]


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.django_db
def test_a_document_survives_mail(road: object) -> None:
    new_signing_key("licenses")
    _, _, text = issued("Зоя Пример")

    assert callable(road)
    assert is_genuine(road(text))


@pytest.mark.parametrize("road", [as_quoted_printable, as_flowed, wrapped_short])
@pytest.mark.django_db
def test_a_document_is_found_again_after_it_went_through_mail(road: object) -> None:
    new_signing_key("licenses")
    license, key, text = issued()

    assert callable(road)
    assert with_code(road(text), edition=license.edition).get() == key


@pytest.mark.django_db
def test_what_another_key_signed_is_not_genuine() -> None:
    ours = new_signing_key("licenses")
    _, _, text = issued()

    forged = written(ours.name, read(text).facts | {"name": "Mallory"}, PRIVATE.sign)

    assert not is_genuine(forged)


@pytest.mark.django_db
def test_a_message_signed_for_another_purpose_is_no_document() -> None:
    """Even if it reads as one: the key of the retired list is not accepted here."""
    listing = new_signing_key("retired")
    signature = sign("retired", to_sign(listing.name, b'{"name":"Mallory"}'))[1]

    assert not is_genuine(written(listing.name, {"name": "Mallory"}, lambda message: signature))


@pytest.mark.django_db
def test_after_a_rotation_new_documents_carry_the_new_key() -> None:
    old, new = sorted((new_signing_key("licenses") for _ in range(2)), key=lambda key: key.id)
    license, _, first = issued()

    withdraw(old.name, now=NOW)
    second = content_of(supply(license.edition, [license], now=NOW)[license.id]).decode()

    assert (read(first).key_name, read(second).key_name) == (old.name, new.name)


@pytest.mark.django_db
def test_licenses_wait_until_there_is_a_signing_key() -> None:
    license = factories.license(edition=edition())

    assert supply(license.edition, [license], now=NOW) == {}
    assert "manage.py signing_key new --purpose licenses" in problem_with(license.edition)


@pytest.mark.django_db
def test_an_edition_whose_codes_are_compared_exactly_cannot_be_signed() -> None:
    new_signing_key("licenses")

    with pytest.raises(ValidationError, match="armoured or spaced"):
        check_options(factories.edition(key_source="signed", code_form="exact"))


texts = st.dictionaries(st.sampled_from(["name", "product", "issued"]), st.text(max_size=200), min_size=1)


@given(texts.filter(lambda facts: "\ud800" not in str(facts)))
def test_every_document_is_read_as_it_was_written(facts: dict[str, str]) -> None:
    text = written(KEY_NAME, facts, PRIVATE.sign)

    document = read(text)

    assert (document.key_name, document.facts) == (KEY_NAME, facts)
    PRIVATE.public_key().verify(document.signature, document.signed)
    assert all(len(line) <= 64 for line in text.split("\n"))


@given(texts, st.data())
def test_any_altered_character_is_noticed(facts: dict[str, str], data: st.DataObject) -> None:
    text = written(KEY_NAME, facts, PRIVATE.sign)
    document = read(text)
    at = data.draw(
        st.integers(len("-----BEGIN LICENSE-----\n"), len(text) - len("\n-----END LICENSE-----") - 1)
    )
    other = data.draw(st.sampled_from("AZaz09+/"))

    try:
        altered = read(text[:at] + other + text[at + 1 :])
    except BadDocument:
        return
    same = replace(altered) == document
    genuine = _verifies(altered.signature, altered.signed)
    assert genuine == same


def _verifies(signature: bytes, signed: bytes) -> bool:
    try:
        PRIVATE.public_key().verify(signature, signed)
    except Exception:
        return False
    return True


@given(st.text(max_size=300))
def test_other_text_is_refused_as_no_document(text: str) -> None:
    for inner in (text, f"-----BEGIN LICENSE-----\n{text}\n-----END LICENSE-----"):
        with pytest.raises(BadDocument):
            read(inner)


def test_support_can_tell_documents_apart_by_their_tails() -> None:
    """The signature stands last: the facts of two documents end alike."""
    tails = {tail(written(KEY_NAME, {"name": str(number)}, PRIVATE.sign)) for number in range(20)}

    assert len(tails) > 10


@pytest.mark.django_db
def test_a_document_of_a_license_that_ends_says_when() -> None:
    license = factories.license(edition=edition(), expires_at=NOW + timedelta(days=30))
    new_signing_key("licenses")

    text = content_of(supply(license.edition, [license], now=NOW)[license.id]).decode()

    assert read(text).facts["expires"] == (NOW + timedelta(days=30)).date().isoformat()

"""What the documented application takes, and what it refuses (threats.md, row 55)."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from licensing.keys.assign import end
from licensing.keys.code import _DASHES, _SPACES, _UNSEEN, normalise
from licensing.keys.retired import refresh
from licensing.keys.signing import new_signing_key
from licensing.models import (
    Edition,
    KeyAssignment,
    RetiredList,
    SigningKey,
    SigningPurpose,
)
from tests.licensing.retired.documented import shipped
from tests.licensing.retired.ground import CLIENT, DAY, NOW, code_of, fetched, reopened, served

pytestmark = pytest.mark.django_db


@pytest.fixture
def moved(edition: Edition) -> KeyAssignment:
    assignment = served(edition)
    end(assignment, at=NOW, reason="moved")
    return assignment


@pytest.fixture
def keys(signing_key: SigningKey) -> dict[str, str]:
    return shipped(signing_key)


@pytest.fixture
def first(client: Client, moved: KeyAssignment, keys: dict[str, str]) -> bytes:
    refresh(now=NOW)
    return fetched(client)


def undone(assignment: KeyAssignment) -> None:
    reopened(assignment)
    refresh(now=NOW)


def refused(held: Any, document: bytes, keys: dict[str, str], now: Any = NOW) -> str:
    with pytest.raises(CLIENT.Refused) as error:
        CLIENT.updated(held, document, keys, now)
    return str(error.value)


def with_signed(document: bytes, old: str, new: str) -> bytes:
    envelope = json.loads(document)
    assert old in envelope["signed"]
    return json.dumps({**envelope, "signed": envelope["signed"].replace(old, new)}).encode()


def test_refuses_an_older_list_that_is_replayed(
    client: Client, first: bytes, moved: KeyAssignment, keys: dict[str, str]
) -> None:
    undone(moved)
    held = CLIENT.updated(None, fetched(client), keys, NOW)

    assert "older" in refused(held, first, keys)


def test_refuses_a_list_past_its_expiry(first: bytes, keys: dict[str, str]) -> None:
    assert "expired" in refused(None, first, keys, NOW + 7 * DAY)


@pytest.mark.parametrize("member", ["sequence", "expires", "digest", "format", "version", "issued"])
def test_refuses_a_list_with_anything_changed(first: bytes, keys: dict[str, str], member: str) -> None:
    value = json.dumps(json.loads(json.loads(first)["signed"])[member])
    bumped = re.sub(r"\d", lambda digit: str((int(digit[0]) + 1) % 10), value)
    other = bumped if bumped != value else value.replace("r", "x")

    changed = with_signed(first, f'"{member}":{value}', f'"{member}":{other}')

    assert "not signed" in refused(None, changed, keys)


def test_refuses_a_list_signed_by_another_key(first: bytes, db: None) -> None:
    assert "not signed" in refused(None, first, shipped(new_signing_key(SigningPurpose.RETIRED)))


def test_refuses_what_the_key_for_licenses_signed_in_the_name_of_the_other(
    first: bytes, keys: dict[str, str]
) -> None:
    (name,) = keys

    assert "not signed" in refused(None, first, {name: shipped(new_signing_key("licenses")).popitem()[1]})


@pytest.mark.parametrize("garbage", [b"", b"[]", b"{}", b"<html>", b"null", b'{"key": [], "signed": 1}'])
def test_refuses_garbage(garbage: bytes, keys: dict[str, str]) -> None:
    assert "not signed" in refused(None, garbage, keys)


def test_refuses_changes_that_begin_elsewhere(
    client: Client, first: bytes, moved: KeyAssignment, keys: dict[str, str]
) -> None:
    held = CLIENT.updated(None, first, keys, NOW)
    undone(moved)

    changes = fetched(client, since=held["sequence"] - 1)

    assert "does not follow" in refused(held, changes, keys)
    assert "does not follow" in refused(None, changes, keys)


def test_notices_that_it_has_lost_its_way(client: Client, first: bytes, keys: dict[str, str]) -> None:
    held = CLIENT.updated(None, first, keys, NOW)

    held["codes"] = {}

    assert "digest" in refused(held, fetched(client, since=held["sequence"]), keys)


def test_changes_carry_a_removal(
    client: Client, first: bytes, moved: KeyAssignment, keys: dict[str, str], edition: Edition
) -> None:
    held = CLIENT.updated(None, first, keys, NOW)
    undone(moved)

    after = CLIENT.updated(held, fetched(client, since=held["sequence"]), keys, NOW)

    code = code_of(moved.key)
    assert [CLIENT.is_retired(each, edition.sku, code) for each in (held, after)] == [True, False]


def test_changes_renew_a_list_that_is_about_to_expire(
    client: Client, first: bytes, keys: dict[str, str]
) -> None:
    held = CLIENT.updated(None, first, keys, NOW)
    refresh(now=NOW + 6 * DAY)

    after = CLIENT.updated(held, fetched(client, since=held["sequence"]), keys, NOW + 6 * DAY)

    assert (after["codes"], after["expires"]) == (held["codes"], "2026-01-14T00:00:00Z")


def test_a_renamed_edition_does_not_mislead_whoever_holds_the_old_name(
    client: Client, first: bytes, keys: dict[str, str], edition: Edition
) -> None:
    held = CLIENT.updated(None, first, keys, NOW)
    Edition.objects.filter(pk=edition.pk).update(sku="renamed")
    refresh(now=NOW + DAY)

    assert "digest" in refused(held, fetched(client, since=held["sequence"]), keys)
    assert set(CLIENT.updated(held, fetched(client), keys, NOW)["codes"]) == {"renamed"}


def test_a_code_is_refused_however_it_is_typed(
    first: bytes, moved: KeyAssignment, keys: dict[str, str]
) -> None:
    held = CLIENT.updated(None, first, keys, NOW)
    code = code_of(moved.key).lower()

    typed = " " + "-".join(code[start : start + 5] for start in range(0, 25, 5)) + "\u200b\n"

    assert CLIENT.is_retired(held, moved.key.edition.sku, typed)


def test_the_documented_normal_form_is_ours() -> None:
    code = f"Aé{_SPACES}ß{_DASHES}z_{_UNSEEN}ſ9"

    assert CLIENT.normal(code) == normalise(code, form="spaced")


def test_the_list_is_plain_data(first: bytes, keys: dict[str, str]) -> None:
    held = CLIENT.updated(None, first, keys, NOW)

    assert json.loads(json.dumps(held)) == held


def test_the_sequence_is_a_whole_number_in_every_language(first: bytes) -> None:
    assert RetiredList.objects.get().sequence < 10**15

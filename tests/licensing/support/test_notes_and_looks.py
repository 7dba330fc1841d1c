"""Notes, looks at codes and revoked licenses: once each, by name, with their trace."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from licensing.keys.retired_facts import counting
from licensing.keys.sealed import new_key_file
from licensing.models import AuditEntry, CodeReveal, CustomerNote, KeyAssignment, License, RegistrationKey
from licensing.models.base import uuid7
from licensing.support.errors import NotOnFile, ReasonMissing, ShownOnce, StalePage, TooManyLooks
from licensing.support.notes import withdraw_note, write_note
from licensing.support.press import checked
from licensing.support.reveals import MOST_A_DAY, Revealed, looks_at, reveal
from licensing.support.revocation import restore, revoke
from tests import factories
from tests.kit.race import released_together

pytestmark = pytest.mark.django_db

CODE = "LOOK-AT1T-ONCE-0042"


def served() -> KeyAssignment:
    factories.owner_of("ada@lovelace.example", codes=[CODE])
    return KeyAssignment.objects.select_related("license", "key").get()


def look(assignment: KeyAssignment, **fields: Any) -> Revealed:
    said: dict[str, Any] = {
        "key_id": assignment.key_id,
        "by": "ada",
        "reason": "phone",
        "words": "",
        "press": uuid7(),
        "now": timezone.now(),
    }
    return reveal(assignment.license_id, **{**said, **fields})


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def test_shows_the_code_and_notes_who_looked_and_why() -> None:
    shown = look(served(), reason="other", words="lost invoice")

    assert shown.code == CODE
    assert (shown.reveal.by, shown.reveal.words) == ("ada", "lost invoice")
    assert actions() == ["code.revealed"]


def test_the_look_is_filed_under_its_owner_and_holds_no_code() -> None:
    assignment = served()

    look(assignment)

    entry = AuditEntry.objects.get()
    assert (entry.customer, entry.row) == (assignment.license.owner_id, str(assignment.key_id))
    assert CODE.encode() not in bytes(entry.sealed)


def test_shows_a_licence_file_by_its_name() -> None:
    license = served().license
    key = new_key_file(edition=license.edition, content=b"\x00\x01", file_name="a.lic", content_type="x/y")
    key.save(force_insert=True)
    KeyAssignment.objects.filter(license=license).update(ends_at=timezone.now())
    assignment = KeyAssignment.objects.create(key=key, license=license, seat=1, starts_at=timezone.now())

    shown = look(assignment)

    assert (shown.code, shown.file_name, shown.content) == ("", "a.lic", b"\x00\x01")


@pytest.mark.parametrize(("reason", "words"), [("", ""), ("curious", "x"), ("other", "  ")])
def test_needs_a_reason_of_the_list(reason: str, words: str) -> None:
    with pytest.raises(ReasonMissing):
        look(served(), reason=reason, words=words)

    assert not CodeReveal.objects.exists()


def test_refuses_a_key_that_never_served_the_license() -> None:
    assignment = served()
    with pytest.raises(NotOnFile):
        look(assignment, key_id=factories.key().pk)


def test_a_form_sent_twice_shows_it_again_and_notes_it_once() -> None:
    assignment, press = served(), uuid7()

    assert look(assignment, press=press).code == look(assignment, press=press).code

    assert CodeReveal.objects.count() == 1
    assert actions() == ["code.revealed"]


def test_the_same_form_shows_nothing_later() -> None:
    assignment, press = served(), uuid7()
    look(assignment, press=press)

    with pytest.raises(ShownOnce):
        look(assignment, press=press, now=timezone.now() + timedelta(minutes=3))


def test_somebody_elses_form_shows_nothing() -> None:
    assignment, press = served(), uuid7()
    look(assignment, press=press)

    with pytest.raises(NotOnFile):
        look(assignment, press=press, by="mallory")


def test_a_code_that_cannot_be_opened_leaves_no_look() -> None:
    assignment = served()
    RegistrationKey.objects.update(sealed=b"nonsense")

    with pytest.raises(Exception, match=r".*"):
        look(assignment)

    assert not CodeReveal.objects.exists()
    assert actions() == []


def test_an_owner_is_told_of_the_latest_looks_only() -> None:
    assignment = served()
    for _ in range(7):
        look(assignment)

    assert len(looks_at([assignment.license_id])[assignment.license_id]) == 5


def all_but_one_of_a_day(assignment: KeyAssignment, now: datetime) -> None:
    facts: dict[str, Any] = {"key": assignment.key, "license": assignment.license, "by": "ada", "at": now}
    CodeReveal.objects.bulk_create(CodeReveal(reason="phone", **facts) for _ in range(MOST_A_DAY - 1))


def test_a_person_who_looked_at_as_many_as_anybody_may_sees_no_more_that_day() -> None:
    assignment, now = served(), timezone.now()
    all_but_one_of_a_day(assignment, now)
    look(assignment, now=now)

    with pytest.raises(TooManyLooks):
        look(assignment, now=now)

    assert look(assignment, by="grace", now=now).code == CODE
    CodeReveal.objects.update(at=now - timedelta(days=1, seconds=1))
    assert look(assignment, now=now).code == CODE


@pytest.mark.django_db(transaction=True)
def test_looks_at_once_are_counted_like_looks_in_a_row() -> None:
    User.objects.create_user("ada")
    assignment, now = served(), timezone.now()
    all_but_one_of_a_day(assignment, now)

    race = released_together(8, lambda _: look(assignment, now=now).code, after=lambda: connection.close())

    assert race.results == [CODE]
    assert {type(each) for each in race.errors} == {TooManyLooks}


def test_the_database_wants_words_for_another_reason() -> None:
    assignment = served()
    with pytest.raises(IntegrityError), transaction.atomic():
        CodeReveal.objects.create(key=assignment.key, license=assignment.license, by="ada", reason="other")


def test_a_note_is_written_once_however_often_it_is_pressed() -> None:
    customer, press = factories.customer(), uuid7()
    for _ in range(2):
        write_note(customer.pk, text="Calls back", by="ada", press=press, now=timezone.now())

    assert [each.text for each in CustomerNote.objects.all()] == ["Calls back"]
    assert actions() == ["note.written"]


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "שלום \u202eabc", "a\x00b", "=1+1", "x" * 9000]
)
def test_a_note_keeps_whatever_can_be_kept(text: str) -> None:
    note = write_note(factories.customer().pk, text=text, by="ada", press=uuid7(), now=timezone.now())

    note.refresh_from_db()
    assert note.text == text.replace("\0", "")[:4000]


def test_an_empty_note_is_none() -> None:
    with pytest.raises(ReasonMissing):
        write_note(factories.customer().pk, text=" \n", by="ada", press=uuid7(), now=timezone.now())


def test_a_press_of_another_customers_page_writes_nothing() -> None:
    press = uuid7()
    write_note(factories.customer().pk, text="One", by="ada", press=press, now=timezone.now())

    with pytest.raises(NotOnFile):
        write_note(factories.customer().pk, text="Two", by="ada", press=press, now=timezone.now())


def test_a_note_is_withdrawn_once_and_keeps_its_trace() -> None:
    note = write_note(factories.customer().pk, text="Wrong", by="ada", press=uuid7(), now=timezone.now())

    assert withdraw_note(note.pk, by="grace", now=timezone.now())
    assert not withdraw_note(note.pk, by="mallory", now=timezone.now())

    note.refresh_from_db()
    assert (note.text, note.by, note.withdrawn_by) == ("Wrong", "ada", "grace")
    assert actions() == ["note.written", "note.withdrawn"]


@pytest.mark.parametrize(
    "press",
    [uuid4(), UUID(int=0), UUID("01700000-0000-7000-8000-000000000000")],
    ids=["random", "nil", "years ago"],
)
def test_a_press_that_no_page_of_today_made_is_refused(press: UUID) -> None:
    with pytest.raises(StalePage):
        checked(press, now=datetime(2026, 11, 29, tzinfo=UTC))


def test_a_revoked_license_counts_no_more_and_restored_it_has_its_key_again() -> None:
    license = served().license
    counts = RegistrationKey.objects.filter(counting(key="pk", now=timezone.now()))

    assert revoke(license.pk, by="ada", reason="chargeback", now=timezone.now())
    assert not counts.exists()
    assert restore(license.pk, by="ada", reason="paid after all", now=timezone.now())
    assert counts.exists()


def test_revoking_and_restoring_twice_is_done_and_recorded_once() -> None:
    license = served().license
    for _ in range(2):
        revoke(license.pk, by="ada", reason="chargeback", now=timezone.now())
    first = License.objects.get().revoked_at
    revoke(license.pk, by="grace", reason="again", now=timezone.now() + timedelta(days=1))
    assert License.objects.get().revoked_at == first
    for _ in range(2):
        restore(license.pk, by="ada", reason="paid", now=timezone.now())

    assert actions() == ["license.revoked", "license.restored"]


def test_revoking_needs_a_reason_and_a_license() -> None:
    with pytest.raises(ReasonMissing):
        revoke(served().license_id, by="ada", reason=" ", now=timezone.now())
    with pytest.raises(NotOnFile):
        revoke(uuid7(), by="ada", reason="x", now=timezone.now())

"""Texts have versions; two people who write at once are told; every change stands in the audit trail."""

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError
from django.utils import timezone

from licensing.models import AuditEntry
from recovery.errors import NoAddress, Overtaken, TooManyTests
from recovery.journeys.wordings import Written, reset, save, seen_of, try_out, use_again
from recovery.limits import TESTS
from recovery.mail.wording.in_use import WordingsInUse
from recovery.mail.wording.markup import Refused
from recovery.models import Message, Wording

pytestmark = pytest.mark.django_db
FIRST, SECOND = "First\n\n{button}", "Second\n\n{button}"


def written(body: str, *, mail: str = "muted") -> Written:
    return Written(mail, "en", "Subject", body)


def save_one(body: str, *, by: str = "grace", seen: str = "") -> Wording:
    return save(written(body), by=by, reason="clearer", seen=seen or seen_of("muted", "en"))


def in_use() -> str:
    words = WordingsInUse.now().chosen("muted", language="en")
    return words.body if words else "built in"


def test_a_saved_text_is_in_use_and_the_one_before_is_kept() -> None:
    save_one(FIRST)
    save_one(SECOND)
    assert in_use() == SECOND
    assert list(Wording.objects.of("muted", "en").values_list("version", "active", "body", "by")) == [
        (2, True, SECOND, "grace"),
        (1, False, FIRST, "grace"),
    ]


def test_a_text_that_cannot_be_used_is_not_saved() -> None:
    with pytest.raises(Refused):
        save_one("No button")
    with pytest.raises(Refused):
        save(written("bought = nowhere", mail="phrases"), by="grace", reason="", seen="0.0")
    assert not Wording.objects.exists()


def test_the_second_of_two_who_write_at_once_is_told_who_was_faster() -> None:
    seen = seen_of("muted", "en")
    save_one(FIRST, seen=seen)
    with pytest.raises(Overtaken) as error:
        save_one(SECOND, by="ada", seen=seen)
    assert error.value.by == "grace"
    assert in_use() == FIRST


def test_who_saw_the_text_in_use_does_not_bring_it_back_after_a_reset() -> None:
    save_one(FIRST)
    seen = seen_of("muted", "en")
    reset("muted", "en", by="grace", reason="", seen=seen)
    with pytest.raises(Overtaken):
        save_one(SECOND, seen=seen)
    with pytest.raises(Overtaken):
        reset("muted", "en", by="ada", reason="", seen=seen)


def test_an_earlier_version_is_used_again_as_the_next_one() -> None:
    first = save_one(FIRST)
    save_one(SECOND)
    again = use_again(first.pk, by="ada", reason="", seen=seen_of("muted", "en"))
    assert (again.version, again.reason, in_use()) == (3, "version 1 again", FIRST)


def test_an_earlier_version_that_this_release_cannot_use_stays_where_it_is() -> None:
    first = save_one(FIRST)
    save_one(SECOND)
    Wording.objects.filter(pk=first.pk).update(body="{gone}")
    with pytest.raises(Refused):
        use_again(first.pk, by="ada", reason="", seen=seen_of("muted", "en"))
    assert in_use() == SECOND


def test_after_a_reset_mails_have_the_built_in_text_and_versions_go_on_counting() -> None:
    save_one(FIRST)
    reset("muted", "en", by="grace", reason="a try", seen=seen_of("muted", "en"))
    assert in_use() == "built in"
    assert save_one(SECOND).version == 2


def test_the_database_holds_one_text_in_use_for_a_mail_and_a_language() -> None:
    save_one(FIRST)
    with pytest.raises(IntegrityError, match=r"one_active_text_per_mail|UNIQUE"):
        Wording.objects.create(mail="muted", language="en", version=9, body="x", active=True)


def test_every_change_is_recorded_with_before_and_after() -> None:
    save_one(FIRST)
    save_one(SECOND)
    reset("muted", "en", by="ada", reason="", seen=seen_of("muted", "en"))
    assert list(AuditEntry.objects.order_by("id").values_list("action", "by")) == [
        ("wording.changed", "grace"),
        ("wording.changed", "grace"),
        ("wording.reset", "ada"),
    ]


class TestTrials:
    @pytest.fixture
    def ada(self) -> User:
        return User.objects.create_user("ada", "ada@vendor.example", is_staff=True)

    def try_it(self, person: User, body: str = FIRST) -> Message:
        now, seen = timezone.now(), seen_of("muted", "en")
        return try_out(written(body), by=person.username, person=person.pk, seen=seen, now=now)

    def test_is_kept_as_a_version_that_is_not_in_use_once(self, ada: User) -> None:
        self.try_it(ada)
        self.try_it(ada)
        assert list(Wording.objects.values_list("version", "active")) == [(1, False)]
        assert Message.objects.count() == 2

    def test_refuses_an_account_without_an_address(self, ada: User) -> None:
        User.objects.update(email="")
        with pytest.raises(NoAddress):
            self.try_it(ada)
        assert not Wording.objects.exists()

    def test_refuses_more_than_a_person_reads(self, ada: User) -> None:
        for _ in range(TESTS.uses):
            self.try_it(ada)
        with pytest.raises(TooManyTests):
            self.try_it(ada)
        assert Message.objects.count() == TESTS.uses

    def test_refuses_a_text_that_cannot_be_used(self, ada: User) -> None:
        with pytest.raises(Refused):
            self.try_it(ada, "nothing to press")

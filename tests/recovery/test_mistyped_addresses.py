"""An old address that support says was mistyped: perhaps a stranger's mailbox, and it gets no keys while that waits."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from licensing.models import Case, Customer
from recovery.errors import NotPossible
from recovery.journeys.begin_owner_change import change_address
from recovery.journeys.change_address import prove_by_link
from recovery.journeys.decide_owner_change import approve, confirm, undo
from recovery.journeys.effect_owner_changes import take_effect_of_due
from recovery.journeys.licenses import holdings, is_under_review
from recovery.journeys.licenses import open_view as view_of
from recovery.journeys.stop_owner_change import object_to
from recovery.journeys.verify import prove_by_link as prove_for_keys
from recovery.models import ChangeState, OwnerChange, RecoveryRequest
from tests.factories import owner_of
from tests.kit.mails import link_in
from tests.kit.mails import text_of as mail_text
from tests.kit.smtp import SmtpServer
from tests.recovery.asking import asked
from tests.recovery.owning import NEW, OLD, REASON, let_the_wait_pass, proved, token_of
from tests.recovery.test_owner_changes import codes_at, keys_link, state_of, stop_token
from tests.recovery.web.test_change_address import to

pytestmark = pytest.mark.django_db
Deliver = Callable[[], int]


@pytest.fixture
def anna() -> Customer:
    return owner_of(OLD, codes=["AAAA-1111"])


def said_mistyped(owner: Customer, *, lead: bool = False) -> OwnerChange:
    """A claim that support approves, saying of every mailbox on file that it was never theirs."""
    ids = [each.pk for each in owner.addresses.current()]
    change = proved(old_address=OLD)
    return approve(
        change.pk, customer=owner.pk, retired=ids, mistyped=ids, lead=lead, by="ada", reason=REASON
    )


class TestNotice:
    def test_invites_nobody_to_ask_for_keys_and_does_not_tell_the_new_address(
        self, anna: Customer, deliver: Deliver, smtp: SmtpServer
    ) -> None:
        said_mistyped(anna)
        deliver()
        mail = mail_text(to(OLD, smtp))
        assert "typing error" in mail
        assert link_in(to(OLD, smtp), path="/stop-change/")
        assert not [words for words in ("ask for them", "new.example", "your keys") if words in mail]

    def test_of_any_other_address_is_what_it_was(
        self, anna: Customer, deliver: Deliver, smtp: SmtpServer
    ) -> None:
        ids = [each.pk for each in anna.addresses.current()]
        approve(proved().pk, customer=anna.pk, retired=ids, by="ada", reason=REASON)
        deliver()
        assert "ask for them here as always" in mail_text(to(OLD, smtp))


class TestProof:
    def test_is_mailed_shows_no_keys_and_says_that_support_looks_first(
        self, anna: Customer, deliver: Deliver, smtp: SmtpServer
    ) -> None:
        change = said_mistyped(anna)
        asked(OLD)
        deliver()
        token = link_in(to(OLD, smtp), path="/verify/").rstrip("/").rpartition("/")[2]
        view = view_of(prove_for_keys(token))
        deliver()
        assert (holdings(view, now=timezone.now()), is_under_review(view)) == ([], True)
        assert not [each for each in smtp.messages if "AAAA-1111" in mail_text(each)]
        assert state_of(change) == ChangeState.WAITING

    def test_opens_a_case_and_the_change_waits_for_a_lead(self, anna: Customer) -> None:
        change = said_mistyped(anna)
        for _ in range(2):
            prove_for_keys(keys_link(OLD))
        case = Case.objects.get(closed_at=None)
        assert case.detail["why"] == "mistyped"
        let_the_wait_pass(change)
        assert take_effect_of_due() == 0
        confirm(change.pk, by="lea", reason="The receipt has the other address")
        assert take_effect_of_due() == 1
        assert (codes_at(NEW), codes_at(OLD)) == (["AAAA-1111"], [])
        assert not Case.objects.filter(closed_at=None).exists()

    def test_that_nobody_made_holds_up_nothing_and_an_undo_brings_all_back(self, anna: Customer) -> None:
        change = said_mistyped(anna)
        let_the_wait_pass(change)
        assert take_effect_of_due() == 1
        assert (codes_at(NEW), codes_at(OLD)) == (["AAAA-1111"], [])
        undo(change.pk, by="lea", reason="It was theirs after all")
        assert (codes_at(NEW), codes_at(OLD)) == ([], ["AAAA-1111"])

    def test_that_the_approval_could_not_see_yet_makes_it_wait_for_a_lead_when_its_time_comes(
        self, anna: Customer
    ) -> None:
        change = said_mistyped(anna)
        let_the_wait_pass(change)
        # Committed a moment after the approval looked, begun before it.
        RecoveryRequest.objects.filter(pk=asked(OLD).pk).update(verified_at=change.proved_at)
        assert take_effect_of_due() == 0
        assert take_effect_of_due() == 0
        assert Case.objects.get(closed_at=None).detail["why"] == "mistyped"
        confirm(change.pk, by="lea", reason="Spoke on the phone")
        assert take_effect_of_due() == 1

    def test_of_who_objects_is_served_again(self, anna: Customer) -> None:
        change = said_mistyped(anna)
        assert codes_at(OLD) == []
        object_to(stop_token(change))
        assert codes_at(OLD) == ["AAAA-1111"]


class TestWhoMaySaySo:
    """threats.md row 53: by a word of support's alone nobody is kept from keys that they have got here before."""

    def test_of_a_mailbox_that_was_ever_proved_only_a_lead(self, anna: Customer) -> None:
        prove_for_keys(keys_link(OLD))
        with pytest.raises(NotPossible):
            said_mistyped(anna)
        assert codes_at(OLD) == ["AAAA-1111"]
        OwnerChange.objects.all().delete()
        assert said_mistyped(anna, lead=True).state == ChangeState.WAITING

    def test_only_of_an_address_that_gives_way(self, anna: Customer) -> None:
        ids = [each.pk for each in anna.addresses.current()]
        with pytest.raises(NotPossible):
            approve(proved().pk, customer=anna.pk, retired=[], mistyped=ids, by="ada", reason=REASON)

    def test_also_where_support_begins_it_and_from_the_proof_of_the_new_mailbox_on(
        self, anna: Customer
    ) -> None:
        ids = [each.pk for each in anna.addresses.current()]
        change = change_address(anna.pk, new=NEW, retired=ids, mistyped=ids, by="ada", reason=REASON)
        assert codes_at(OLD) == ["AAAA-1111"]
        assert change.request is not None
        prove_by_link(token_of(change.request))
        assert codes_at(OLD) == []

"""The one road by which keys change hands: who starts, what waits, what ends it, what it does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connections
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.utils import timezone

from licensing.holdings import holdings_of
from licensing.keys.assign import assign
from licensing.models import Case, CaseKind, Customer, EmailAddress, License, Purchase, PurchaseLine
from licensing.models.base import uuid7
from recovery.errors import (
    AddressTaken,
    AlreadyChanging,
    CannotUndo,
    Expired,
    NotPossible,
    NotRunning,
    OwnerReadsIt,
    ReasonNeeded,
    TooManyClaims,
    Used,
)
from recovery.journeys.begin_owner_change import (
    change_address,
    merge,
    reassign_license,
    reassign_purchase,
    split,
)
from recovery.journeys.change_address import prove_by_link
from recovery.journeys.decide_owner_change import approve, decline, let_stand, shorten, stop_for, undo
from recovery.journeys.effect_owner_changes import (
    gather_stragglers,
    give_up_unproven,
    take_effect_of_due,
)
from recovery.journeys.stop_owner_change import object_to
from recovery.journeys.verify import prove_by_link as prove_for_keys
from recovery.limits import address_digest
from recovery.mail.changes import stop_token as token_in_mail
from recovery.mail.decide import mint_challenges
from recovery.models import (
    Challenge,
    ChangeKind,
    ChangeState,
    Ended,
    Message,
    MessageKind,
    MessageState,
    OwnerChange,
)
from recovery.owners.shells import forget_of
from recovery.tokens import InvalidToken, make_token
from tests.factories import customer, key, license, line, owner_of, purchase
from tests.kit.race import released_together
from tests.recovery.asking import asked
from tests.recovery.owning import (
    NEW,
    OLD,
    REASON,
    age,
    approved,
    begun_address,
    begun_merge,
    claimed,
    let_the_wait_pass,
    proved,
    token_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> Customer:
    return owner_of(OLD, codes=["AAAA-1111"])


def state_of(change: OwnerChange) -> str:
    return OwnerChange.objects.values_list("state", flat=True).get(pk=change.pk)


def codes_at(canonical: str) -> list[str]:
    """The codes that whoever proves this mailbox gets."""
    known = EmailAddress.objects.current().filter(canonical=canonical).first()
    return [each.code for each in holdings_of(known.customer, now=timezone.now())] if known else []


def in_effect(change: OwnerChange) -> OwnerChange:
    let_the_wait_pass(change)
    assert take_effect_of_due() == 1
    change.refresh_from_db()
    return change


def stop_token(change: OwnerChange) -> str:
    return make_token("stop-change", change.pk)


def keys_link(email: str) -> str:
    """A link to the keys of that mailbox, as its mail would carry it."""
    message = asked(email).messages.get()
    challenge = mint_challenges([message])[message.pk]
    return make_token("verify", challenge.pk, challenge.material)


class TestClaim:
    def test_waits_for_the_proof_and_tells_support_nothing_before(self) -> None:
        request = claimed(old_address=OLD)
        assert OwnerChange.objects.get().state == ChangeState.UNPROVEN
        assert [each.kind for each in request.messages.all()] == [MessageKind.CLAIM]
        assert not Case.objects.exists()

    def test_goes_to_support_with_a_case_and_an_alert_once_it_is_proved(self) -> None:
        change = proved(old_address=OLD)
        assert change.state == ChangeState.OPEN
        assert Case.objects.get(kind=CaseKind.ADDRESS).detail["owner_change"] == str(change.pk)
        assert Message.objects.get(kind=MessageKind.ALERT).about == f"claimed {change.pk}"

    def test_keeps_what_was_typed_sealed(self) -> None:
        claimed(code="AAAA-1111", name="Anna", text="My provider closed")
        kept = bytes(OwnerChange.objects.get().claimed or b"")
        assert not any(word in kept for word in (b"AAAA-1111", b"Anna", b"provider"))

    def test_opens_nobodys_keys(self, anna: Customer) -> None:
        request = claimed(new=OLD)
        prove_by_link(token_of(request))
        request.refresh_from_db()
        assert (request.view_digest, request.view_ends_at) == (None, None)
        assert not Message.objects.filter(kind=MessageKind.KEYS).exists()

    def test_a_link_to_keys_proves_no_claim_and_a_claims_link_shows_no_keys(self, anna: Customer) -> None:
        of_claim, of_keys = token_of(claimed(new=OLD)), keys_link(OLD)
        with pytest.raises(InvalidToken):
            prove_by_link(of_keys)
        with pytest.raises(InvalidToken):
            prove_for_keys(of_claim)

    def test_a_claims_challenge_is_refused_for_keys_even_with_the_right_purpose(self, anna: Customer) -> None:
        message = claimed(new=OLD).messages.get()
        challenge = mint_challenges([message])[message.pk]
        with pytest.raises(InvalidToken):
            prove_for_keys(make_token("verify", challenge.pk, challenge.material))

    def test_is_proved_once(self) -> None:
        token = token_of(claimed())
        prove_by_link(token)
        with pytest.raises(Used):
            prove_by_link(token)

    @pytest.mark.parametrize(("seconds", "works"), [(1, True), (-1, False)])
    def test_is_proved_in_time_by_the_databases_clock(self, seconds: int, works: bool) -> None:
        token = token_of(claimed())
        Challenge.objects.update(expires_at=Now() + timedelta(seconds=seconds))
        if works:
            assert prove_by_link(token)
        else:
            with pytest.raises(Expired):
                prove_by_link(token)

    def test_a_second_one_with_the_same_mailbox_leads_to_the_first(self) -> None:
        first = proved()
        prove_by_link(token_of(claimed()))
        assert list(OwnerChange.objects.filter(state=ChangeState.OPEN)) == [first]

    def test_one_mailbox_takes_supports_time_three_times_a_day(self) -> None:
        for _ in range(3):
            decline(proved().pk, by="ada", reason="No such order")
        with pytest.raises(TooManyClaims):
            prove_by_link(token_of(claimed()))

    def test_that_nobody_proves_is_given_up_after_a_day_with_all_that_was_typed(self) -> None:
        claimed(text="personal")
        give_up_unproven()
        assert OwnerChange.objects.get().state == ChangeState.UNPROVEN
        OwnerChange.objects.update(asked_at=Now() - timedelta(days=1, seconds=1))
        give_up_unproven()
        change = OwnerChange.objects.get()
        assert (change.state, change.claimed) == (ChangeState.EXPIRED, None)


class TestDecision:
    def test_approved_it_waits_and_tells_every_mailbox_on_file_and_the_new_one(self, anna: Customer) -> None:
        EmailAddress.objects.create(customer=anna, address="a@b.example", canonical="a@b.example")
        change = approved(anna)
        assert change.state == ChangeState.WAITING
        told = Message.objects.filter(change=change).values_list("kind", "request__address")
        assert set(told) == {("notice", OLD), ("notice", "a@b.example"), ("outcome", NEW)}

    def test_nothing_is_sent_to_the_new_mailbox_while_it_waits(self, anna: Customer) -> None:
        approved(anna)
        assert (codes_at(NEW), codes_at(OLD)) == ([], ["AAAA-1111"])

    def test_takes_effect_72_hours_later_at_the_earliest(self, anna: Customer) -> None:
        change = approved(anna)
        assert change.effective_at is not None
        assert change.decided_at is not None
        assert change.effective_at - change.decided_at == timedelta(hours=72)

    @pytest.mark.parametrize("words", ["", "   "])
    def test_wants_a_reason(self, anna: Customer, words: str) -> None:
        with pytest.raises(ReasonNeeded):
            approve(proved().pk, customer=anna.pk, retired=[], by="ada", reason=words)

    def test_closes_the_case(self, anna: Customer) -> None:
        approved(anna)
        assert not Case.objects.filter(closed_at=None).exists()

    def test_declined_nothing_changes_and_who_asked_is_told_why(self, anna: Customer) -> None:
        change = decline(proved().pk, by="ada", reason="The order is another one's")
        assert change.state == ChangeState.DECLINED
        assert [each.request.address for each in change.mails.all() if each.request] == [NEW]
        with pytest.raises(NotRunning):
            decline(change.pk, by="bob", reason="Again")

    def test_of_another_customers_address_it_is_no_changed_address(self, anna: Customer) -> None:
        owner_of(NEW, codes=["BBBB-1111"])
        with pytest.raises(AddressTaken):
            approved(anna)
        assert codes_at(NEW) == ["BBBB-1111"]

    def test_one_whole_change_of_a_customer_at_a_time(self, anna: Customer) -> None:
        approved(anna)
        with pytest.raises(AlreadyChanging):
            approved(anna, new="second@new.example")
        with pytest.raises(AlreadyChanging):
            begun_merge(anna, customer())

    def test_refuses_to_retire_somebody_elses_address(self, anna: Customer) -> None:
        theirs = customer().addresses.get()
        with pytest.raises(NotPossible):
            approve(proved().pk, customer=anna.pk, retired=[theirs.pk], by="ada", reason=REASON)

    def test_refuses_a_customer_who_is_not_on_file(self) -> None:
        with pytest.raises(NotPossible):
            approve(proved().pk, customer=uuid7(), retired=[], by="ada", reason=REASON)

    def test_a_shortened_wait_is_over_at_once(self, anna: Customer) -> None:
        change = approved(anna)
        Message.objects.filter(change=change).update(state=MessageState.ACCEPTED, accepted_at=Now())
        assert take_effect_of_due() == 0
        shorten(change.pk, by="lea", reason="Spoke on the phone")
        assert take_effect_of_due() == 1


class TestOwnerIsThere:
    """threats.md row 53: nobody freezes an owner out, and an owner who is there ends it."""

    def test_the_owner_is_served_during_the_wait_and_it_ends(self, anna: Customer) -> None:
        change = approved(anna)
        prove_for_keys(keys_link(OLD))
        change.refresh_from_db()
        assert (change.state, change.ended_because) == (ChangeState.STOPPED, Ended.OWNER_PROVED)
        assert Message.objects.filter(kind=MessageKind.KEYS).count() == 1
        assert change.mails.filter(about__startswith="stopped", request__address=NEW).exists()

    def test_support_learns_that_an_approved_change_was_ended_by_a_proof_and_at_which_address(
        self, anna: Customer
    ) -> None:
        change = approved(anna)
        prove_for_keys(keys_link(OLD))
        case = Case.objects.get(closed_at=None)
        assert case.customer_id == anna.pk
        assert case.detail["owner_change"] == str(change.pk)
        assert case.detail["address"] == str(anna.addresses.get(canonical=OLD).pk)
        assert OLD not in str(case.detail)
        assert Message.objects.filter(about=f"proved {change.pk}").exists()

    def test_an_owner_who_came_before_the_decision_makes_it_impossible(self, anna: Customer) -> None:
        change = proved(old_address=OLD)
        prove_for_keys(keys_link(OLD))
        assert (
            state_of(change) == ChangeState.OPEN
        )  # who asked must not learn that the old address is somebody's
        with pytest.raises(OwnerReadsIt):
            approve(change.pk, customer=anna.pk, retired=[], by="ada", reason=REASON)

    def test_somebody_elses_proof_ends_nothing(self, anna: Customer) -> None:
        owner_of("else@else.example", codes=["CCCC-1111"])
        change = approved(anna)
        prove_for_keys(keys_link("else@else.example"))
        assert state_of(change) == ChangeState.WAITING

    def test_this_was_not_me_stops_it_and_tells_support(self, anna: Customer) -> None:
        change = approved(anna)
        object_to(stop_token(change))
        assert state_of(change) == ChangeState.STOPPED
        assert Message.objects.filter(about=f"stopped {change.pk}").exists()
        with pytest.raises(Used):
            object_to(stop_token(change))
        let_the_wait_pass(change)
        assert take_effect_of_due() == 0

    def test_each_mailbox_has_a_link_of_its_own_so_that_support_knows_who_objected(
        self, anna: Customer
    ) -> None:
        second = EmailAddress.objects.create(customer=anna, address="a@b.example", canonical="a@b.example")
        change = approved(anna)
        notice = change.mails.get(kind=MessageKind.NOTICE, request__address="a@b.example")
        object_to(token_in_mail(change, notice))
        assert Case.objects.get(closed_at=None).detail["address"] == str(second.pk)

    def test_a_link_made_for_a_mailbox_that_it_does_not_concern_stops_nothing(self, anna: Customer) -> None:
        change = approved(anna)
        with pytest.raises(InvalidToken):
            object_to(make_token("stop-change", change.pk, address_digest("eve@evil.example")))
        assert state_of(change) == ChangeState.WAITING

    def test_only_its_own_token_stops_it(self, anna: Customer) -> None:
        change = approved(anna)
        for purpose in ("not-me", "verify", "claim", "unmute"):
            with pytest.raises(InvalidToken):
                object_to(make_token(purpose, change.pk))
        assert state_of(change) == ChangeState.WAITING


class TestEffect:
    @pytest.mark.parametrize(("seconds", "done"), [(-1, 1), (5, 0)])
    def test_comes_with_its_time_by_the_databases_clock(
        self, anna: Customer, seconds: int, done: int
    ) -> None:
        change = approved(anna)
        let_the_wait_pass(change)
        OwnerChange.objects.update(effective_at=Now() + timedelta(seconds=seconds))
        assert take_effect_of_due() == done

    def test_not_before_every_notice_has_left(self, anna: Customer) -> None:
        change = approved(anna)
        let_the_wait_pass(change)
        Message.objects.filter(change=change, kind=MessageKind.NOTICE).update(state=MessageState.WAITING)
        assert take_effect_of_due() == 0

    def test_not_before_a_notice_that_was_held_up_has_lain_there_for_a_day(self, anna: Customer) -> None:
        change = approved(anna)
        let_the_wait_pass(change)
        notice = Message.objects.filter(change=change, kind=MessageKind.NOTICE)
        notice.update(accepted_at=Now() - timedelta(hours=23))
        assert take_effect_of_due() == 0
        notice.update(accepted_at=Now() - timedelta(hours=25))
        assert take_effect_of_due() == 1

    def test_of_an_address_the_new_one_proves_and_the_old_one_nothing(self, anna: Customer) -> None:
        in_effect(approved(anna))
        assert (codes_at(NEW), codes_at(OLD)) == (["AAAA-1111"], [])

    def test_happens_once(self, anna: Customer) -> None:
        in_effect(approved(anna))
        assert take_effect_of_due() == 0
        assert Message.objects.filter(about="done gives").count() == 1

    def test_is_all_or_nothing(self, anna: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
        change = approved(anna)
        let_the_wait_pass(change)
        with monkeypatch.context() as broken:
            broken.setattr("recovery.journeys.effect_owner_changes.tell_all", lambda *_, **__: 1 / 0)
            assert take_effect_of_due() == 0
        assert (state_of(change), codes_at(OLD), codes_at(NEW)) == ("waiting", ["AAAA-1111"], [])
        assert take_effect_of_due() == 1

    def test_an_address_that_became_another_customers_meanwhile_stops_it(self, anna: Customer) -> None:
        change = approved(anna)
        owner_of(NEW, codes=["BBBB-1111"])
        let_the_wait_pass(change)
        assert take_effect_of_due() == 0
        change.refresh_from_db()
        assert (change.state, change.ended_because) == (ChangeState.STOPPED, Ended.OVERTAKEN)
        assert (codes_at(NEW), codes_at(OLD)) == (["BBBB-1111"], ["AAAA-1111"])

    def test_what_support_begins_waits_for_the_proof_first(self, anna: Customer) -> None:
        change = change_address(
            anna.pk, new=NEW, retired=[anna.addresses.get().pk], by="ada", reason="Typed gone for new"
        )
        assert change.state == ChangeState.UNPROVEN
        assert change.request is not None
        prove_by_link(token_of(change.request))
        assert state_of(change) == ChangeState.WAITING
        in_effect(change)
        assert codes_at(NEW) == ["AAAA-1111"]


class TestMerge:
    def test_takes_everything_to_the_other_and_notifies_both_sides(self, anna: Customer) -> None:
        bob = owner_of("bob@example.com", codes=["BBBB-1111"])
        change = begun_merge(anna, bob)
        notices = change.mails.filter(kind=MessageKind.NOTICE)
        assert {each.request.address for each in notices if each.request} == {OLD, "bob@example.com"}
        assert codes_at("bob@example.com") == ["BBBB-1111"]
        in_effect(change)
        assert sorted(codes_at(OLD)) == sorted(codes_at("bob@example.com")) == ["AAAA-1111", "BBBB-1111"]
        assert not Purchase.objects.filter(buyer=anna).exists()

    def test_with_oneself_is_refused(self, anna: Customer) -> None:
        with pytest.raises(NotPossible):
            merge(anna.pk, into=anna.pk, by="ada", reason=REASON)

    def test_gathers_what_an_import_filed_meanwhile(self, anna: Customer) -> None:
        bob = customer(email="bob@example.com")
        in_effect(begun_merge(anna, bob))
        late = purchase(buyer=anna)
        assert gather_stragglers() == 1
        late.refresh_from_db()
        assert late.buyer_id == bob.pk

    def test_waits_though_support_begins_it(self, anna: Customer) -> None:
        begun_merge(anna, customer())
        assert take_effect_of_due() == 0


class TestSplitAndReassign:
    def test_a_split_takes_what_was_named_to_a_customer_of_its_own(self, anna: Customer) -> None:
        work = EmailAddress.objects.create(
            customer=anna, address="w@firm.example", canonical="w@firm.example"
        )
        order = anna.purchases.get()
        change = split(
            anna.pk,
            addresses=[work.pk],
            purchases=[order.pk],
            licenses=[],
            name="Firm",
            by="ada",
            reason=REASON,
        )
        in_effect(change)
        assert (codes_at("w@firm.example"), codes_at(OLD)) == (["AAAA-1111"], [])
        assert change.other is not None
        assert change.other.full_name == "Firm"

    def test_of_one_address_several_orders_leave_for_a_new_mailbox_once_it_is_proved(
        self, anna: Customer
    ) -> None:
        change = split_to_new(anna)
        assert (codes_at(NEW), sorted(codes_at(OLD))) == ([], ["AAAA-1111", "BBBB-2222"])
        in_effect(change)
        assert (sorted(codes_at(NEW)), codes_at(OLD)) == (["AAAA-1111", "BBBB-2222"], [])
        assert change.other is not None
        assert change.other.full_name == "Firm"

    def test_what_leaves_for_a_mailbox_of_a_customer_becomes_theirs(self, anna: Customer) -> None:
        bob = owner_of(NEW, codes=["CCCC-3333"])
        assert in_effect(split_to_new(anna)).other == bob
        assert sorted(codes_at(NEW)) == ["AAAA-1111", "BBBB-2222", "CCCC-3333"]

    @pytest.mark.parametrize("what", ["nothing", "an address", "an own one"])
    def test_something_leaves_for_a_mailbox_that_is_new(self, anna: Customer, what: str) -> None:
        leaving = {
            "addresses": [anna.addresses.get().pk] if what == "an address" else [],
            "purchases": [] if what == "nothing" else [anna.purchases.get().pk],
        }
        new = OLD if what == "an own one" else NEW
        with pytest.raises(NotPossible):
            split(anna.pk, **leaving, licenses=[], name="", new=new, by="ada", reason=REASON)

    @pytest.mark.parametrize("leaving", ["none", "all"])
    def test_somebody_must_leave_and_somebody_stay(self, anna: Customer, leaving: str) -> None:
        addresses = [] if leaving == "none" else [anna.addresses.get().pk]
        with pytest.raises(NotPossible):
            split(anna.pk, addresses=addresses, purchases=[], licenses=[], name="", by="ada", reason=REASON)

    def test_a_license_is_handed_on_after_notice_to_both(self, anna: Customer) -> None:
        bob = customer(email="bob@example.com")
        change = reassign_license(License.objects.get().pk, to=bob.pk, by="ada", reason=REASON)
        assert codes_at("bob@example.com") == []
        in_effect(change)
        assert (codes_at("bob@example.com"), codes_at(OLD)) == (["AAAA-1111"], [])

    def test_an_order_goes_to_a_new_mailbox_only_once_it_is_proved(self, anna: Customer) -> None:
        change = reassign_purchase(Purchase.objects.get().pk, new=NEW, by="ada", reason=REASON)
        assert change.state == ChangeState.UNPROVEN
        assert change.request is not None
        prove_by_link(token_of(change.request))
        change.refresh_from_db()
        in_effect(change)
        assert (codes_at(NEW), codes_at(OLD)) == (["AAAA-1111"], [])

    def test_one_at_a_time_for_each_license(self, anna: Customer) -> None:
        unit = License.objects.get().pk
        reassign_license(unit, to=customer().pk, by="ada", reason=REASON)
        with pytest.raises(AlreadyChanging):
            reassign_license(unit, to=customer().pk, by="bob", reason=REASON)

    def test_a_license_that_has_left_meanwhile_is_not_handed_on(self, anna: Customer) -> None:
        bob = customer(email="bob@example.com")
        change = reassign_license(License.objects.get().pk, to=bob.pk, by="ada", reason=REASON)
        License.objects.update(owner=customer())
        let_the_wait_pass(change)
        assert take_effect_of_due() == 0
        assert state_of(change) == ChangeState.STOPPED


Begin = Callable[[Customer], OwnerChange]


def by_address(anna: Customer) -> OwnerChange:
    return approved(anna)


def by_merge(anna: Customer) -> OwnerChange:
    return begun_merge(anna, owner_of("bob@example.com", codes=["BBBB-1111"]))


def by_split(anna: Customer) -> OwnerChange:
    work = EmailAddress.objects.create(customer=anna, address="w@firm.example", canonical="w@firm.example")
    return split(
        anna.pk,
        addresses=[work.pk],
        purchases=[anna.purchases.get().pk],
        licenses=[],
        name="Firm",
        by="ada",
        reason=REASON,
    )


def split_to_new(anna: Customer) -> OwnerChange:
    """An order, and a single license of another, for a mailbox that is proved."""
    first = anna.purchases.get()
    other = license(owner=anna, line=line(of=purchase(buyer=anna)))
    assign(license=other, key=key(edition=other.edition, code="BBBB-2222"), now=timezone.now())
    change = split(
        anna.pk, purchases=[first.pk], licenses=[other.pk], name="Firm", new=NEW, by="ada", reason=REASON
    )
    assert change.state == ChangeState.UNPROVEN
    assert change.request is not None
    prove_by_link(token_of(change.request))
    change.refresh_from_db()
    return change


def by_reassign(anna: Customer) -> OwnerChange:
    change = reassign_purchase(Purchase.objects.get().pk, new=NEW, by="ada", reason=REASON)
    assert change.request is not None
    prove_by_link(token_of(change.request))
    change.refresh_from_db()
    return change


each_way = pytest.mark.parametrize("begin", [by_address, by_merge, by_split, split_to_new, by_reassign])


def everything() -> object:
    """All that says who receives keys, and who is on file."""
    return (
        sorted(Customer.objects.values_list("pk", "full_name")),
        sorted(EmailAddress.objects.values_list("pk", "customer", "canonical", "former_since"), key=str),
        sorted(Purchase.objects.values_list("pk", "buyer"), key=str),
        sorted(PurchaseLine.objects.values_list("pk", "receiver"), key=str),
        sorted(License.objects.values_list("pk", "owner"), key=str),
        sorted(Case.objects.exclude(kind=CaseKind.ADDRESS).values_list("pk", "customer"), key=str),
    )


class TestUndo:
    @each_way
    def test_everything_is_as_it_was(self, anna: Customer, begin: Begin) -> None:
        gift = line(of=anna.purchases.get(), receiver=anna, placed_at=None)
        license(owner=anna, line=gift)
        Case.objects.create(kind=CaseKind.CONTRADICTION, customer=anna, digest=b"c")
        change = begin(anna)
        before = everything()
        in_effect(change)
        assert everything() != before
        undo(change.pk, by="lea", reason="The wrong Anna")
        assert everything() == before

    @each_way
    def test_also_after_somebody_objected(self, anna: Customer, begin: Begin) -> None:
        change = begin(anna)
        before = everything()
        in_effect(change)
        object_to(stop_token(change))
        undo(change.pk, by="lea", reason="The wrong Anna")
        assert everything() == before

    def test_what_came_since_stays_with_who_bought_it(self, anna: Customer) -> None:
        bob = owner_of("bob@example.com")
        change = in_effect(begun_merge(anna, bob))
        since = purchase(buyer=bob)
        undo(change.pk, by="lea", reason="Two people")
        since.refresh_from_db()
        assert since.buyer_id == bob.pk

    @pytest.mark.parametrize(("days", "works"), [(29, True), (31, False)])
    def test_for_thirty_days(self, anna: Customer, days: int, works: bool) -> None:
        change = in_effect(approved(anna))
        age(change, timedelta(days=days))
        if works:
            assert undo(change.pk, by="lea", reason="Wrong").state == ChangeState.UNDONE
        else:
            with pytest.raises(CannotUndo):
                undo(change.pk, by="lea", reason="Wrong")

    def test_not_beneath_a_later_change(self, anna: Customer) -> None:
        bob, cleo = customer(), customer()
        first = in_effect(begun_merge(anna, bob))
        second = in_effect(begun_merge(bob, cleo))
        with pytest.raises(CannotUndo):
            undo(first.pk, by="lea", reason="Wrong")
        undo(second.pk, by="lea", reason="Wrong")
        undo(first.pk, by="lea", reason="Wrong")
        assert codes_at(OLD) == ["AAAA-1111"]


class TestObjection:
    @each_way
    def test_after_the_effect_its_keys_reach_nobody(self, anna: Customer, begin: Begin) -> None:
        change = in_effect(begin(anna))
        object_to(stop_token(change))
        reached = {code for each in EmailAddress.objects.all() for code in codes_at(each.canonical)}
        assert "AAAA-1111" not in reached
        assert Message.objects.filter(about=f"disputed {change.pk}").count() == 1

    @each_way
    def test_support_lets_it_stand(self, anna: Customer, begin: Begin) -> None:
        change = in_effect(begin(anna))
        after = everything()
        object_to(stop_token(change))
        assert everything() != after
        let_stand(change.pk, by="lea", reason="Spoke to both")
        assert everything() == after

    def test_a_merge_leaves_the_other_side_its_own_keys(self, anna: Customer) -> None:
        change = in_effect(by_merge(anna))
        object_to(stop_token(change))
        assert codes_at("bob@example.com") == ["BBBB-1111"]

    def test_is_too_late_after_thirty_days(self, anna: Customer) -> None:
        change = in_effect(approved(anna))
        age(change, timedelta(days=31))
        with pytest.raises(Used):
            object_to(stop_token(change))


def test_erasing_somebody_ends_what_concerns_them_and_takes_whom_they_were_merged_with(
    anna: Customer,
) -> None:
    bob = customer(email="bob@example.com")
    in_effect(begun_merge(anna, bob))
    running = reassign_license(License.objects.get().pk, to=customer().pk, by="ada", reason=REASON)
    forget_of(bob.pk, ["bob@example.com", OLD])
    assert not OwnerChange.objects.filter(pk=running.pk).exists()
    assert not Customer.objects.filter(pk=anna.pk).exists()
    assert not Case.objects.filter(closed_at=None).exists()


def test_support_stops_what_it_began(anna: Customer) -> None:
    change = begun_address(anna)
    stop_for(change.pk, by="ada", reason="The customer called")
    assert state_of(change) == ChangeState.STOPPED
    assert key().edition_id  # nothing else was touched


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_of_twenty_approvals_one_wins(self) -> None:
        anna = owner_of(OLD, codes=["AAAA-1111"])
        change = proved()
        race = released_together(
            20,
            lambda n: approve(change.pk, customer=anna.pk, retired=[], by=f"agent{n}", reason=REASON),
            after=connections.close_all,
        )
        assert (len(race.results), {type(each) for each in race.errors}) == (1, {NotRunning})
        assert Message.objects.filter(kind=MessageKind.NOTICE).count() == 1

    def test_of_twenty_objections_one_stops_it(self) -> None:
        change = approved(owner_of(OLD, codes=["AAAA-1111"]))
        race = released_together(20, lambda _: object_to(stop_token(change)), after=connections.close_all)
        assert (len(race.results), {type(each) for each in race.errors}) == (1, {Used})
        assert Message.objects.filter(about=f"stopped {change.pk}").count() == 1

    def test_stopped_or_done_never_both(self) -> None:
        change = approved(owner_of(OLD, codes=["AAAA-1111"]))
        let_the_wait_pass(change)
        released_together(
            [take_effect_of_due, lambda: object_to(stop_token(change)), take_effect_of_due],
            after=connections.close_all,
        )
        change.refresh_from_db()
        done = Message.objects.filter(about__startswith="done").exists()
        assert done == (change.state == ChangeState.DONE)
        assert (codes_at(OLD) == ["AAAA-1111"]) == (change.state == ChangeState.STOPPED)
        assert ChangeKind(change.kind) is ChangeKind.ADDRESS


@pytest.mark.parametrize("template", ["mail/claim/body.txt", "mail/claim/body.html"])
def test_the_mail_to_a_new_mailbox_does_not_say_that_it_is_on_file(template: str) -> None:
    facts = {"by_support": True, "asked_at": "29 November 2026", "minutes": 10, "color": "#123456"}
    text = render_to_string(template, facts)
    assert "asked to file purchases under this address." in text
    assert "address on file" not in text

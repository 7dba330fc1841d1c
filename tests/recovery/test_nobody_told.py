"""A change of which nobody could be told: one person alone does not redirect somebody's keys."""

from __future__ import annotations

import pytest
from django.db.models.functions import Now

from licensing.models import Customer
from recovery.errors import NotRunning
from recovery.journeys.begin_owner_change import reassign_purchase
from recovery.journeys.decide_owner_change import confirm, shorten
from recovery.journeys.effect_owner_changes import take_effect_of_due
from recovery.limits import address_digest
from recovery.models import ChangeState, Message, MessageKind, MessageState, OwnerChange, Suppression
from recovery.owners.told import nobody_told
from tests.factories import customer, owner_of
from tests.recovery.owning import OLD, REASON, begun_address, begun_merge, let_the_wait_pass

pytestmark = pytest.mark.django_db
BOB = "bob@example.com"


@pytest.fixture
def anna() -> Customer:
    return owner_of(OLD, codes=["AAAA-1111"])


def refused(change: OwnerChange, *, at: str = OLD, state: MessageState = MessageState.REFUSED) -> OwnerChange:
    """Its time has come; the notice to that mailbox reached nobody."""
    let_the_wait_pass(change)
    lost = Message.objects.filter(change=change, kind=MessageKind.NOTICE, request__address=at)
    assert lost.update(state=state, accepted_at=None) == 1
    return change


def goes_on() -> bool:
    return take_effect_of_due() == 1


@pytest.mark.parametrize("state", [MessageState.REFUSED, MessageState.WITHHELD])
def test_waits_for_a_lead_where_the_only_notice_reached_nobody(anna: Customer, state: MessageState) -> None:
    change = refused(begun_address(anna), state=state)
    assert not goes_on()
    assert list(nobody_told()) == [change]
    confirm(change.pk, by="lea", reason=REASON)
    assert not nobody_told().exists()
    assert goes_on()


def test_a_mailbox_that_turned_out_to_be_dead_was_not_told(anna: Customer) -> None:
    change = begun_address(anna)
    let_the_wait_pass(change)
    Suppression.objects.create(mailbox=address_digest(OLD), reply="550 5.1.1", source="bounce")
    assert not goes_on()
    Suppression.objects.update(lifted_at=Now())
    assert goes_on()


def test_whoever_gets_the_keys_is_nobody_who_could_object(anna: Customer) -> None:
    bob = customer(email=BOB)
    refused(reassign_purchase(anna.purchases.get().pk, to=bob.pk, by="ada", reason=REASON))
    assert not goes_on()


@pytest.mark.parametrize("dead", [OLD, BOB])
def test_of_a_merge_both_sides_are_told(anna: Customer, dead: str) -> None:
    refused(begun_merge(anna, owner_of(BOB)), at=dead)
    assert not goes_on()


def test_a_customer_without_an_address_is_told_by_nobody(anna: Customer) -> None:
    anna.addresses.update(former_since=Now())
    let_the_wait_pass(begun_address(anna))
    assert not goes_on()


def test_one_mailbox_of_two_is_enough(anna: Customer) -> None:
    anna.addresses.create(address=BOB, canonical=BOB)
    refused(begun_address(anna))
    assert goes_on()


def test_a_lead_who_waives_the_wait_has_given_their_word(anna: Customer) -> None:
    change = refused(begun_address(anna))
    OwnerChange.objects.update(effective_at="2999-01-01T00:00Z")
    shorten(change.pk, by="lea", reason=REASON)
    assert goes_on()


def test_a_word_that_is_not_needed_is_not_taken(anna: Customer) -> None:
    change = begun_address(anna)
    with pytest.raises(NotRunning):  # the notice is on its way
        confirm(change.pk, by="lea", reason=REASON)
    let_the_wait_pass(change)
    with pytest.raises(NotRunning):
        confirm(change.pk, by="lea", reason=REASON)
    assert OwnerChange.objects.get().state == ChangeState.WAITING

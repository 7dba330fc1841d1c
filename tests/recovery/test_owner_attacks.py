"""Ways to another's keys, or to keep an owner from theirs, that somebody tried at changes of owner."""

from __future__ import annotations

import pytest

from licensing.models import Customer, Purchase
from recovery.errors import Used
from recovery.journeys.begin_owner_change import reassign_purchase
from recovery.journeys.decide_owner_change import let_stand, undo
from recovery.journeys.effect_owner_changes import take_effect_of_due
from recovery.journeys.stop_owner_change import object_to
from recovery.models import ChangeState, Ended, OwnerChange, RecoveryRequest
from tests import factories
from tests.factories import customer, owner_of
from tests.recovery.asking import asked
from tests.recovery.owning import (
    NEW,
    OLD,
    REASON,
    approved,
    begun_address,
    begun_merge,
    let_the_wait_pass,
)
from tests.recovery.test_owner_changes import codes_at, in_effect, state_of, stop_token

pytestmark = pytest.mark.django_db
BOB = "bob@example.com"


@pytest.fixture
def anna() -> Customer:
    return owner_of(OLD, codes=["AAAA-1111"])


class TestFreeze:
    def test_what_was_objected_to_and_stands_cannot_be_frozen_again_by_the_same_link(
        self, anna: Customer
    ) -> None:
        change = in_effect(approved(anna))
        object_to(stop_token(change))
        let_stand(change.pk, by="lea", reason="The old mailbox is the firm's")
        with pytest.raises(Used):
            object_to(stop_token(change))
        assert codes_at(NEW) == ["AAAA-1111"]

    def test_nothing_of_a_customer_changes_hands_while_something_of_theirs_is_disputed(
        self, anna: Customer
    ) -> None:
        change = in_effect(approved(anna))
        onward = begun_merge(anna, customer(email=BOB))
        object_to(stop_token(change))
        let_the_wait_pass(onward)
        assert take_effect_of_due() == 0
        assert codes_at(BOB) == []
        let_stand(change.pk, by="lea", reason="Spoke to both")
        assert take_effect_of_due() == 1

    def test_an_undo_ends_what_was_built_on_it_since_its_owner_was_never_told(self, anna: Customer) -> None:
        change = in_effect(approved(anna))
        onward = begun_merge(anna, customer(email=BOB))
        undo(change.pk, by="lea", reason="A theft")
        assert state_of(onward) == ChangeState.STOPPED
        assert OwnerChange.objects.get(pk=onward.pk).ended_because == Ended.OVERTAKEN
        let_the_wait_pass(onward) if state_of(onward) == ChangeState.WAITING else None
        assert take_effect_of_due() == 0
        assert codes_at(OLD) == ["AAAA-1111"]

    def test_an_undo_brings_back_what_was_made_of_the_moved_lines_since(self, anna: Customer) -> None:
        order, bob = Purchase.objects.get(), customer(email=BOB)
        waiting = factories.line(of=order, receiver=anna, placed_at=None)
        change = in_effect(reassign_purchase(order.pk, to=bob.pk, by="ada", reason=REASON))
        late = factories.license(owner=bob, line=waiting)
        undo(change.pk, by="lea", reason="The wrong Bob")
        late.refresh_from_db()
        assert late.owner_id == anna.pk


class TestProofs:
    def test_a_proof_that_the_decision_could_not_see_yet_ends_the_claim_when_its_time_comes(
        self, anna: Customer
    ) -> None:
        change = approved(anna)
        let_the_wait_pass(change)
        request = asked(OLD)  # committed a moment after the decision looked, begun before it
        RecoveryRequest.objects.filter(pk=request.pk).update(verified_at=change.proved_at)
        assert take_effect_of_due() == 0
        change.refresh_from_db()
        assert (change.state, change.ended_because) == (ChangeState.STOPPED, Ended.OWNER_PROVED)
        assert codes_at(OLD) == ["AAAA-1111"]

    def test_of_what_support_began_an_earlier_proof_ends_nothing(self, anna: Customer) -> None:
        change = begun_address(anna)
        let_the_wait_pass(change)
        RecoveryRequest.objects.filter(pk=asked(OLD).pk).update(verified_at=change.asked_at)
        assert take_effect_of_due() == 1

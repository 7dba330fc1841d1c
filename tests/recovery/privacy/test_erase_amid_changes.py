"""Erasing somebody while keys change hands: nothing is final that can be objected to, and nothing of them is left."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db.models.functions import Now
from django.utils import timezone

from licensing.keys.stored import existing_key, stored_key
from licensing.models import Customer, License, StoredKey
from recovery.errors import Disputed
from recovery.journeys.begin_owner_change import reassign_license
from recovery.journeys.decide_owner_change import undo
from recovery.journeys.privacy import EraseReason, erase
from recovery.journeys.stop_owner_change import object_to
from recovery.models import Message, OwnerChange, RecoveryRequest
from recovery.retention import forget
from tests.factories import customer, owner_of
from tests.recovery.asking import asked
from tests.recovery.owning import (
    NEW,
    OLD,
    REASON,
    age,
    approved,
    begun_merge,
)
from tests.recovery.test_owner_changes import codes_at, in_effect, stop_token

pytestmark = pytest.mark.django_db
BOB = "bob@example.com"


@pytest.fixture
def anna() -> Customer:
    return owner_of(OLD, codes=["AAAA-1111"])


def erased(person: Customer, *, by: str = "") -> bool:
    return erase(person.pk, by=by, reason=EraseReason.THEMSELVES, now=timezone.now())


@pytest.mark.parametrize("by", ["", "lea"])
def test_who_got_keys_that_are_disputed_cannot_make_it_final_by_being_erased(anna: Customer, by: str) -> None:
    bob = customer(email=BOB)
    change = in_effect(reassign_license(License.objects.get().pk, to=bob.pk, by="ada", reason=REASON))
    object_to(stop_token(change))
    for each in (bob, anna):
        with pytest.raises(Disputed):
            erased(each, by=by)
    undo(change.pk, by="lea", reason="A theft")
    assert codes_at(OLD) == ["AAAA-1111"]
    assert erased(bob, by=by)
    assert codes_at(OLD) == ["AAAA-1111"]


def test_who_got_keys_is_not_erased_by_themselves_while_it_can_be_objected_to(anna: Customer) -> None:
    bob = customer(email=BOB)
    change = in_effect(begun_merge(anna, bob))
    with pytest.raises(Disputed):
        erased(bob)
    OwnerChange.objects.filter(pk=change.pk).update(done_at=Now() - timedelta(days=31))
    assert erased(bob)


def test_support_erases_them_also_within_that_time(anna: Customer) -> None:
    bob = customer(email=BOB)
    in_effect(begun_merge(anna, bob))
    assert erased(bob, by="lea")


def test_takes_the_requests_of_an_address_that_was_to_become_theirs(anna: Customer) -> None:
    approved(anna)
    assert RecoveryRequest.objects.filter(address=NEW).exists()
    erased(anna)
    assert not RecoveryRequest.objects.filter(address=NEW).exists()
    assert not Message.objects.filter(change__isnull=False).exists()


def test_takes_everybody_who_was_merged_into_them_one_after_the_other(anna: Customer) -> None:
    bob, cleo = customer(email=BOB), customer(email="cleo@example.com")
    for one, into in ((anna, bob), (bob, cleo)):
        in_effect(begun_merge(one, into))
    names = [f"customer:{each.pk}" for each in (anna, bob, cleo)]
    assert all(map(stored_key, names))
    erased(cleo, by="lea")
    assert not Customer.objects.exists()
    assert not StoredKey.objects.filter(name__in=names).exists()


def test_also_when_the_merge_cannot_be_undone_any_more(anna: Customer, settings: LazySettings) -> None:
    bob = customer(email=BOB)
    change = in_effect(begun_merge(anna, bob))
    age(change, timedelta(days=settings.RETENTION_DAYS + 31))
    forget()
    anna.refresh_from_db()
    assert (anna.full_name, anna.phone, anna.mailing_address) == ("", "", "")
    stored_key(f"customer:{anna.pk}")
    erased(bob)
    assert not Customer.objects.exists()
    assert existing_key(f"customer:{anna.pk}") is None


def test_leaves_the_requests_of_who_was_to_get_something_of_theirs(anna: Customer) -> None:
    asked(NEW)
    reassign_license(License.objects.get().pk, new=NEW, by="ada", reason=REASON)
    erased(anna)
    assert RecoveryRequest.objects.filter(address=NEW).exists()

"""A shop asks again for the key of an order whose license is somebody else's now: its buyer gets nothing of theirs."""

from __future__ import annotations

import pytest

from licensing.models import Customer, License, Purchase
from recovery.journeys.begin_owner_change import reassign_license, reassign_purchase
from tests import factories
from tests.licensing.keydesk import ask, codes, connected, said, sells
from tests.recovery.test_owner_changes import in_effect

pytestmark = pytest.mark.django_db


def handed_on(kind: str) -> None:
    bob = factories.customer(email="bob@example.com")
    if kind == "license":
        change = reassign_license(License.objects.get().pk, to=bob.pk, by="ada", reason="sold")
    else:
        change = reassign_purchase(Purchase.objects.get().pk, to=bob.pk, by="ada", reason="sold")
    in_effect(change)


@pytest.mark.parametrize("kind", ["license", "order"])
def test_a_key_that_came_since_is_not_told(kind: str) -> None:
    edition, shop = sells(), connected()
    ask(shop)
    handed_on(kind)
    (code,) = codes(1)
    factories.key(edition=edition, code=code)
    assert code not in said(ask(shop))


@pytest.mark.parametrize("kind", ["license", "order"])
def test_no_key_is_told_at_all(kind: str) -> None:
    sells(codes=codes(1))
    shop = connected()
    first = said(ask(shop))
    handed_on(kind)
    assert first not in said(ask(shop))
    assert Customer.objects.count() == 2

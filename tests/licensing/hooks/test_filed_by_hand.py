"""An order that somebody files under a shop's next number, by mistake or to get what its buyer is told, takes nothing
of the shop's own order of that number: neither its codes nor its place in a person's work."""

from __future__ import annotations

import pytest

from licensing.intake.hooks.filing import CONTRADICTS
from licensing.intake.record import Told
from licensing.models import Case, Customer, HookEvent, Purchase, Store
from licensing.support.by_hand import Sale, add_purchase
from tests import factories
from tests.licensing.hooks.ground import connected, sellable, sold, work
from tests.licensing.hooks.ground import tell as notify
from tests.licensing.intake.telling import (
    NOW,
    ORDERED_AT,
    known,
    late,
    line,
    order,
    shelf_of,
    tell,
    tell_each,
)

pytestmark = pytest.mark.django_db

ADA, BOB = "ada@example.com", "bob@example.com"


def file_by_hand(
    *, store: Store | None = None, product: str = "clipcutter", reference: str = "1005"
) -> Purchase:
    """Ada's, under the number that Bob's order will have."""
    store = store or factories.store()
    edition = known(product) if not store.mappings.exists() else store.mappings.get().items.get().edition
    ada: Customer = factories.customer(email=ADA)
    sale = Sale(ada.pk, ada.addresses.get().pk, edition.pk, reference, ORDERED_AT, store_id=store.pk)
    return add_purchase(sale, by="api:shop", reason="Bought at a fair", now=NOW)


def codes_of(email: str) -> list[str]:
    return [each.code for each in shelf_of(email) if each.code]


def contradictions() -> list[list[str]]:
    return [each.detail["differs"] for each in Case.objects.filter(kind="contradiction", closed_at=None)]


def test_the_shops_own_order_contradicts_it_and_is_a_persons() -> None:
    file_by_hand()

    assert tell(order(line("clipcutter", 1, "BOBS-1111"), reference="1005", email=BOB)) == ["needs_person"]

    assert contradictions() == [["address", "code"]]
    assert codes_of(ADA) == []


@pytest.mark.parametrize("first", ["code", "order"])
def test_a_code_that_the_shop_tells_by_the_number_alone_is_not_given_to_who_filed_it(first: str) -> None:
    """Some shops tell the key apart from the order: it went to whoever the order on file was."""
    file_by_hand()
    told: dict[str, Told] = {
        "code": late("BOBS-1111", reference="1005"),
        "order": order(reference="1005", email=BOB),
    }

    outcomes = tell_each(told.pop(first), *told.values())

    assert sorted(outcomes) == ["needs_person", "no_order"]
    assert codes_of(ADA) == []
    assert contradictions() == [["address"]]


def test_where_the_shop_says_the_same_its_codes_are_taken_as_any_others() -> None:
    file_by_hand()
    shops = order(reference="1005", email=ADA)

    assert tell_each(
        late("ADAS-1111", reference="1005"), shops, late("ADAS-1111", reference="1005"), shops
    ) == [
        "no_order",
        "updated",
        "updated",
        "unchanged",
    ]
    assert codes_of(ADA) == ["ADAS-1111"]


def test_a_shop_that_tells_line_by_line_confirms_it_as_well() -> None:
    file_by_hand()
    part = order(reference="1005", email=ADA, complete=False)

    assert tell_each(part, late("ADAS-1111", reference="1005")) == ["updated", "updated"]


def test_the_notification_is_kept_and_leads_to_the_case() -> None:
    connection = connected()
    sellable(connection)
    filed = file_by_hand(store=connection.store)

    notify(connection, sold("1005", email=BOB))

    assert work() == [("done", CONTRADICTS)]
    event = HookEvent.objects.get()
    assert (event.purchase, bool(event.payload)) == (filed, True)
    assert contradictions() == [["address"]]
    assert shelf_of(BOB) == []

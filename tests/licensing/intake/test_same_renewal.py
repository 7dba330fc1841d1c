"""An order that renews a subscription, and that two shops tell: its period counts as long as the order does."""

from datetime import datetime, timedelta

import pytest

from licensing.intake.joining import join, pair_of, part
from licensing.intake.record import Dispute, PurchaseRecord
from licensing.models import Case, License, Purchase, Store
from tests import factories
from tests.licensing.intake.telling import LATER, NOW, ORDERED_AT, line, news, order, tell

pytestmark = pytest.mark.django_db

YEAR = timedelta(days=365)
PAYMENT = ("transaction", "ch_3Nabc4567")
FIRST_END, SECOND_END = NOW + YEAR, NOW + 2 * YEAR


def cart() -> Store:
    return factories.store(name="cart", kind="woocommerce", title="Cart")


def processor() -> Store:
    return factories.store(name="processor", kind="stripe", title="Processor")


def renewed_in_the_cart(*codes: str) -> Case:
    """Begun in the cart, renewed there, and the renewal told by the processor, too."""
    edition = factories.edition(sku="clipcutter-windows")
    for store in (cart(), processor()):
        factories.mapping(edition=edition, product_ref="clipcutter", store=store)
    tell(period("begun", FIRST_END, "AAAA-1111"), store=cart())
    tell(period("renewed", SECOND_END, references=(PAYMENT,)), store=cart())
    sold = order(line("clipcutter", 1, *codes), reference="in_900", references=(PAYMENT,))
    tell(sold, store=processor())
    return Case.objects.get()


def period(reference: str, until: datetime, *codes: str, **fields: object) -> PurchaseRecord:
    sold = line("clipcutter", 1, *codes, subscription="sub_1", paid_until=until)
    return order(sold, reference=reference, ordered_at=ORDERED_AT, **fields)  # type: ignore[arg-type]


def joined(case: Case) -> None:
    pair = pair_of(case)
    assert pair
    join(case.pk, kept=pair.kept.purchase.pk, by="support", now=NOW)


def end() -> datetime | None:
    return License.objects.get(line__purchase__store=cart()).expires_at


def test_a_refund_that_the_other_shop_tells_takes_its_period_with_it() -> None:
    joined(renewed_in_the_cart())
    assert Purchase.objects.get(reference="in_900").same_as
    before = end()

    tell(news("in_900", refunded=True, refunded_at=LATER), store=processor())

    assert (before, end()) == (SECOND_END, FIRST_END)


def test_a_dispute_that_the_other_shop_tells_takes_it_until_it_is_won() -> None:
    joined(renewed_in_the_cart())

    tell(news("in_900", disputes=(Dispute("du_1", LATER),)), store=processor())
    disputed = end()
    tell(news("in_900", disputes=(Dispute("du_1", LATER, won=True, won_at=NOW),)), store=processor())

    assert (disputed, end()) == (FIRST_END, SECOND_END)


def test_a_refund_told_before_they_were_joined_counts_from_then_on_and_is_undone_with_it() -> None:
    case = renewed_in_the_cart()
    tell(news("in_900", refunded=True, refunded_at=LATER), store=processor())
    before = end()

    joined(case)
    while_joined = end()
    part(case.pk, by="support", now=NOW)

    assert (before, while_joined, end()) == (SECOND_END, FIRST_END, SECOND_END)


def test_a_renewal_that_counts_in_the_other_shop_pays_for_nothing_here() -> None:
    case = renewed_in_the_cart("BBBB-2222")
    joined(case)
    assert Purchase.objects.get(reference="renewed").same_as
    while_joined = end()

    part(case.pk, by="support", now=NOW)

    assert (while_joined, end()) == (FIRST_END, SECOND_END)

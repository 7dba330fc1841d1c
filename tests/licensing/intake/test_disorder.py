"""Whatever order a store's tellings come in, and however often, they end in the same state (threats.md, row 28)."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from licensing.intake.record import Dispute, Refund, Told
from licensing.models import KeyAssignment, License, Purchase, PurchaseDispute, PurchaseRefund, PurchaseState
from tests import factories
from tests.licensing.intake.disorder import EVERY, disorders
from tests.licensing.intake.telling import LATER, ORDERED_AT, PAID, known, line, news, order, tell

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
TRANSACTION = ("transaction", "txn_1")
BOUGHT = order(line("clipcutter", 5, "AAAA-BBBB"), references=(TRANSACTION,))
REFUND = news(refunded=True, refunded_at=LATER)
ONE_BACK = news(names=[TRANSACTION], refunds=(Refund(1, reference="re_1", at=LATER + DAY),))
TWO_BACK = news(refunds=(Refund(2, reference="re_2", at=LATER),))
RUNNING = BOUGHT._replace(payment=PAID._replace(refunds=(Refund(2, at=LATER),)))
DISPUTE = news(disputed=True, disputed_at=LATER)
WON = news(names=[("invoice", "unknown"), TRANSACTION], won=True, won_at=LATER + DAY)
EXPORTED = BOUGHT._replace(payment=PAID._replace(disputed=True, disputed_at=LATER))

OPENED = [news(disputes=(Dispute(f"du_{number}", LATER + number * DAY),)) for number in range(3)]
CLOSED_WON = [
    news(disputes=(Dispute(f"du_{number}", LATER + number * DAY, won=True, won_at=LATER + 9 * number * DAY),))
    for number in range(3)
]
REVERSED = [
    news(disputes=(Dispute(f"adj_{number}", won=True, won_at=LATER + 9 * number * DAY),))
    for number in range(3)
]

STORIES: dict[str, tuple[Sequence[Told], PurchaseState, int]] = {
    "refunded": ((BOUGHT, REFUND), PurchaseState.REFUNDED, 0),
    "refunded and won": ((BOUGHT, REFUND, DISPUTE, WON), PurchaseState.REFUNDED, 0),
    "disputed": ((BOUGHT, EXPORTED, DISPUTE), PurchaseState.DISPUTED, 0),
    "disputed and won": ((BOUGHT, DISPUTE, WON), PurchaseState.PAID, 0),
    "exported as disputed, then won": ((EXPORTED, BOUGHT, WON), PurchaseState.PAID, 0),
    "some units": ((BOUGHT, ONE_BACK, TWO_BACK), PurchaseState.PAID, 3),
    "some units, told in two ways": ((RUNNING, ONE_BACK, TWO_BACK), PurchaseState.PAID, 3),
    "some units, then all": ((RUNNING, ONE_BACK, REFUND), PurchaseState.REFUNDED, 2),
    "two disputes, both won": ((BOUGHT, *OPENED[1:], *CLOSED_WON[1:]), PurchaseState.PAID, 0),
    "two disputes, one won": ((BOUGHT, *OPENED[1:], CLOSED_WON[1]), PurchaseState.DISPUTED, 0),
    "two disputes, one won, two units": (
        (BOUGHT, OPENED[2], CLOSED_WON[1], TWO_BACK),
        PurchaseState.DISPUTED,
        2,
    ),
    "two disputes, both won, two units": ((BOUGHT, *CLOSED_WON[1:], TWO_BACK), PurchaseState.PAID, 2),
    "two disputes, both won, and all back": ((BOUGHT, *CLOSED_WON[1:], REFUND), PurchaseState.REFUNDED, 0),
    "two disputes, one reversed": ((BOUGHT, *OPENED[1:], REVERSED[1]), PurchaseState.DISPUTED, 0),
    "two disputes, both reversed": ((BOUGHT, *OPENED[1:], *REVERSED[1:]), PurchaseState.PAID, 0),
    "two disputes, one reversed and told as won": (
        (BOUGHT, OPENED[2], CLOSED_WON[1], REVERSED[1]),
        PurchaseState.DISPUTED,
        0,
    ),
    "exported as disputed, two by name, one won": (
        (EXPORTED, OPENED[2], CLOSED_WON[1]),
        PurchaseState.DISPUTED,
        0,
    ),
    "one without a name, won, and another by name": (
        (BOUGHT, DISPUTE, WON, OPENED[1], OPENED[2]),
        PurchaseState.DISPUTED,
        0,
    ),
    "some units, disputed and won": ((BOUGHT, TWO_BACK, DISPUTE, WON), PurchaseState.PAID, 2),
}


def books() -> object:
    """All that payment decides."""
    facts = ("state", "paid_at", "refunded_at", "refunded_units", "disputed_at", "won_at")
    purchases = [tuple(getattr(each, name) for name in facts) for each in Purchase.objects.all()]
    refunds = sorted(PurchaseRefund.objects.values_list("line", "reference", "units"))
    disputes = sorted(PurchaseDispute.objects.values_list("reference", "at", "won_at"), key=str)
    return (
        purchases,
        refunds,
        disputes,
        list(License.objects.order_by("unit").values_list("unit", "refunded_at")),
    )


def tell_in_disorder(told: Sequence[Told]) -> None:
    """As a hook does: what found no order is told again later; everything comes twice."""
    for each in (*told, *told):
        tell(each)


@EVERY
@pytest.mark.parametrize("story", STORIES)
def test_every_permutation_ends_alike(story: str, every: bool) -> None:
    told, state, refunded = STORIES[story]
    known()
    ends = []
    for disorder in disorders(told, every=every):
        tell_in_disorder(disorder)
        ends.append(books())
        assert Purchase.objects.get().state == state
        assert License.objects.filter(refunded_at__isnull=False).count() == refunded
        begin_again()

    assert all(end == ends[0] for end in ends)


@EVERY
@pytest.mark.parametrize("story", STORIES)
def test_all_at_once_ends_as_one_by_one(story: str, every: bool) -> None:
    told, _, _ = STORIES[story]
    known()
    ends = []
    for disorder in disorders(told, every=every):
        tell(*disorder)
        ends.append(books())
        begin_again()

    tell_in_disorder(told)
    assert all(end == books() for end in ends)


@pytest.mark.parametrize("story", STORIES)
def test_what_is_told_again_is_unchanged(story: str) -> None:
    told, _, _ = STORIES[story]
    known()
    tell_in_disorder(told)

    assert set(tell(*told)) == {"unchanged"}


def begin_again() -> None:
    KeyAssignment.objects.all().delete()
    License.objects.all().delete()
    Purchase.objects.all().delete()


def test_news_that_come_first_find_no_order_and_count_when_told_again() -> None:
    known()

    outcomes = [tell(REFUND), tell(BOUGHT), tell(REFUND), tell(REFUND)]

    assert outcomes == [["no_order"], ["new"], ["refunded"], ["unchanged"]]


def test_news_of_another_store_are_not_of_this_order() -> None:
    tell(BOUGHT)

    assert tell(REFUND, ONE_BACK, store=factories.store(name="another")) == ["no_order", "no_order"]


def test_a_name_that_two_orders_have_says_nothing_and_the_next_one_counts() -> None:
    tell(BOUGHT, order(reference="1002", references=(TRANSACTION,)))

    outcomes = tell(ONE_BACK, news(names=[TRANSACTION, ("order", "1002")], refunded=True))

    assert outcomes == ["no_order", "refunded"]
    assert Purchase.objects.get(reference="1002").state == PurchaseState.REFUNDED


def test_of_two_moments_the_earlier_counts() -> None:
    tell(BOUGHT, news(refunded=True), REFUND)

    assert (Purchase.objects.get().refunded_at, Purchase.objects.get().paid_at) == (LATER, ORDERED_AT)

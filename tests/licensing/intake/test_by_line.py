"""Orders that a store tells line by line grow, until it tells the whole of one."""

import pytest

from licensing.intake.record import Refund, Told
from licensing.models import Case, License, Purchase, PurchaseState
from tests.licensing.intake.telling import PAID, known, line, news, order, shelf_of, tell, tell_each

pytestmark = pytest.mark.django_db

CLIP = line("clipcutter", 1, "AAAA-1111", reference="1")
DISC = line("discsaver", 2, "BBBB-2222", reference="2")
FIRST, SECOND = order(CLIP, complete=False), order(DISC, complete=False)
WHOLE = order(CLIP, DISC)


@pytest.fixture(autouse=True)
def catalogue() -> None:
    known()
    known("discsaver")


def codes(email: str = "anna@example.com") -> list[str]:
    return sorted(each.code for each in shelf_of(email))


@pytest.mark.parametrize("told", [(FIRST, SECOND), (SECOND, FIRST)], ids=["in turn", "other way"])
def test_a_further_line_is_added_and_placed(told: tuple[Told, ...]) -> None:
    outcomes = tell(*told)

    assert outcomes == ["new", "updated"]
    assert codes() == ["AAAA-1111", "BBBB-2222"]
    assert License.objects.count() == 3
    assert not Purchase.objects.get().complete


def test_a_line_told_again_is_unchanged() -> None:
    tell(FIRST, SECOND)

    assert tell_each(FIRST, SECOND, FIRST) == ["unchanged"] * 3
    assert License.objects.count() == 3


def test_the_whole_order_adds_what_is_missing_and_closes_it() -> None:
    outcomes = tell_each(FIRST, WHOLE, WHOLE, SECOND)

    assert outcomes == ["new", "updated", "unchanged", "unchanged"]
    assert codes() == ["AAAA-1111", "BBBB-2222"]
    assert Purchase.objects.get().complete


def test_facts_of_payment_are_learned_from_every_telling() -> None:
    tell_each(FIRST, WHOLE._replace(payment=PAID._replace(refunded=True)))

    assert Purchase.objects.get().state == PurchaseState.REFUNDED


def test_refunds_may_reach_the_whole_order_once_it_is_complete() -> None:
    tell_each(FIRST, news(refunds=(Refund(1, "1"),)))
    open_state = Purchase.objects.get().state

    tell_each(order(CLIP))

    assert (open_state, Purchase.objects.get().state) == (PurchaseState.PAID, PurchaseState.REFUNDED)


def test_a_line_that_the_whole_order_did_not_have_is_a_contradiction() -> None:
    outcomes = tell_each(WHOLE, order(line("fonts", reference="3"), complete=False))

    assert outcomes == ["new", "needs_person"]
    assert Case.objects.get().detail == {"differs": ["lines"]}
    assert License.objects.count() == 3


def test_a_whole_order_without_a_line_that_was_told_is_a_contradiction() -> None:
    assert tell_each(FIRST, SECOND, order(CLIP)) == ["new", "updated", "needs_person"]


@pytest.mark.parametrize("complete", [True, False])
def test_a_line_that_was_told_otherwise_is_a_contradiction(complete: bool) -> None:
    tell(FIRST)

    outcomes = tell(order(CLIP._replace(quantity=50), complete=complete))

    assert outcomes == ["needs_person"]
    assert Case.objects.get().detail == {"differs": ["quantity"]}
    assert License.objects.count() == 1


@pytest.mark.parametrize("complete", [True, False])
def test_a_stranger_adds_no_line(complete: bool) -> None:
    tell(FIRST)

    outcomes = tell(order(CLIP, DISC, email="thief@example.com", complete=complete))

    assert outcomes == ["needs_person"]
    assert codes("thief@example.com") == []
    assert License.objects.count() == 1


def test_without_references_lines_are_told_apart_by_what_was_sold_and_references_are_learned() -> None:
    bare = [order(each._replace(reference=""), complete=False) for each in (CLIP, DISC)]

    assert tell_each(FIRST, *bare, SECOND) == ["new", "unchanged", "updated", "updated"]


def test_two_lines_of_one_product_are_two_if_their_references_say_so() -> None:
    tell_each(FIRST, order(line("clipcutter", 1, "CCCC-3333", reference="9"), complete=False))

    assert codes() == ["AAAA-1111", "CCCC-3333"]

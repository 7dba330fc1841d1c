"""What several disputes over one payment come to, in every order and with repetitions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import permutations

import pytest

from licensing.intake.disputes import Ends, Fact, joined, said_in, standing
from licensing.intake.record import Dispute, Payment
from licensing.models import Purchase, PurchaseDispute, PurchaseState
from tests.licensing.intake.telling import LATER, NOW, known, news, order, tell, tell_each

DAY = timedelta(days=1)


def opened(number: int) -> Payment:
    return Payment(paid=False, disputes=(Dispute(f"du_{number}", LATER + number * DAY),))


def closed(number: int) -> Payment:
    since, at = LATER + number * DAY, LATER + 30 * number * DAY
    return Payment(paid=False, disputes=(Dispute(f"du_{number}", since, won=True, won_at=at),))


def reversed_(number: int) -> Payment:
    at = LATER + 30 * number * DAY
    return Payment(paid=False, disputes=(Dispute(f"adj_{number}", won=True, won_at=at),))


WHOLE = Payment(paid=False, disputed=True, disputed_at=LATER + DAY)
WHOLE_WON = Payment(disputed=True, disputed_at=LATER, won=True, won_at=LATER + DAY)
THREE = [opened(1), opened(2), opened(3)]
STORIES: dict[str, tuple[Sequence[Payment], Ends]] = {
    "three, two won": ([*THREE, closed(1), closed(3)], (LATER + DAY, None)),
    "three, all won": ([*THREE, closed(1), closed(2), closed(3)], (LATER + DAY, LATER + 90 * DAY)),
    "three, all reversed": (
        [*THREE, reversed_(1), reversed_(2), reversed_(3)],
        (LATER + DAY, LATER + 90 * DAY),
    ),
    "two, one won in both ways": ([opened(1), opened(2), closed(1), reversed_(1)], (LATER + DAY, None)),
    "two, and one said of the order": ([opened(1), closed(2), WHOLE], (LATER + DAY, None)),
    "won without a name, before another began": ([WHOLE_WON, opened(2)], (LATER, None)),
    "won without a name, before another was won": (
        [WHOLE_WON, opened(2), closed(2)],
        (LATER, LATER + 60 * DAY),
    ),
    "a win alone": ([reversed_(1)], (LATER + 30 * DAY, LATER + 30 * DAY)),
    "nothing": ([Payment()], (None, None)),
}


def come_to(told: Sequence[Payment]) -> Ends:
    facts: dict[str, Fact] = {}
    for payment in told:
        for reference, fact in said_in(payment, now=NOW).items():
            facts[reference] = joined(facts.get(reference), fact)
    return standing(facts).ends


@pytest.mark.parametrize("story", STORIES)
def test_every_permutation_comes_to_the_same(story: str) -> None:
    told, expected = STORIES[story]

    assert {come_to((*disorder, *disorder[:2])) for disorder in permutations(told)} == {expected}


@pytest.mark.django_db
def test_a_second_dispute_after_a_win_is_noticed() -> None:
    known()
    first, won, second = (news(disputes=each.disputes) for each in (opened(1), closed(1), opened(2)))

    outcomes = tell_each(order(), first, won, second, second)

    assert outcomes == ["new", "updated", "updated", "updated", "unchanged"]
    assert Purchase.objects.get().state == PurchaseState.DISPUTED


@pytest.mark.django_db
def test_a_dispute_without_a_name_is_what_the_order_says_and_needs_no_row() -> None:
    known()
    tell(order(), news(disputed=True, disputed_at=LATER))

    assert (Purchase.objects.get().disputed_at, PurchaseDispute.objects.count()) == (LATER, 0)


@pytest.mark.django_db
def test_what_nobody_confirmed_is_said_to_be_news_and_not_kept() -> None:
    known()
    tell(order(), news(disputes=closed(1).disputes))

    outcomes = [tell(news(disputes=each.disputes, sure=False)) for each in (opened(1), closed(1), opened(2))]

    assert outcomes == [["unchanged"], ["unchanged"], ["unconfirmed"]]
    assert PurchaseDispute.objects.count() == 1


@pytest.mark.django_db
def test_an_order_that_comes_with_its_disputes_keeps_them() -> None:
    known()
    both = (Dispute("du_1", LATER), Dispute("du_2", LATER))
    tell(order(payment=Payment(disputes=both)))
    tell(news(disputes=(Dispute("du_1", LATER, won=True, won_at=LATER + DAY),)))

    assert Purchase.objects.get().state == PurchaseState.DISPUTED
